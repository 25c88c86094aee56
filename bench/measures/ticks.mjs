// 500 streams, 10 ticks a second each; what each holds after half a minute, garbage that V8 has not
// collected yet included; and then all clients leave at once.
import { sleep, withServer } from "../lib/session.mjs";

export const INTERVAL_MS = 100;

/** Numbers of one window of ticks. */
export const ofWindow = (seen) => ({
  tickCpu: (seen.cpu / seen.events) * 1e6,
  eventBytes: seen.bytes / seen.events,
  delivered: (seen.ticks / seen.due) * 100,
  lagP50: seen.lag_ms.p50,
  lagP99: seen.lag_ms.p99,
  ended: seen.ended,
  skipped: seen.skipped,
  doubled: seen.doubled,
  clientCpu: seen.client_cpu,
});

export const ticks = (server, { streams, settle, window }) =>
  withServer(server, INTERVAL_MS, async (session) => {
    const before = session.memory();
    await session.client.open(streams, 16);
    await sleep(settle);
    const seen = ofWindow(await session.watch(window));
    const memory = (session.memory() - before) / streams / 1024;
    const busyMemory = settle + window >= 30_000 ? { busyMemory: memory } : {};
    return { ...seen, ...busyMemory, ...(await leaving(session, streams)) };
  });

/** Resets all connections, and waits until the server has nothing left to do. */
async function leaving(session, streams) {
  const started = performance.now();
  const [{ quietAt }, cpu] = await session.spent(async () => {
    await session.client.leave();
    return untilQuiet(session);
  });
  return { leaveTime: quietAt - started, leaveCpu: (cpu / streams) * 1e6 };
}

// Quiet: two ticks long next to no CPU. What is still running after 3 s will not stop.
async function untilQuiet(session) {
  const QUIET_MS = 2 * INTERVAL_MS;
  const QUIET_CPU = 0.001;
  const end = performance.now() + 3000;
  let since = performance.now();
  let cpu = session.cpu();
  while (performance.now() < end) {
    await sleep(10);
    const now = session.cpu();
    if (now - cpu > QUIET_CPU) [since, cpu] = [performance.now(), now];
    else if (performance.now() - since > QUIET_MS) return { quietAt: since };
  }
  return { quietAt: Infinity };
}
