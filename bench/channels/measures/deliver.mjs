// Many readers of one channel, and a message every so often.
import { withServer } from "../session.mjs";

/** So many connections publish that a slow answer delays no message. */
const AT_ONCE = 64;

/** A server that lets readers wait for longer does not keep up. */
const LATE_MS = 2000;

/** Numbers of one window of messages. */
const ofWindow = (seen, cpu, readers) => ({
  deliverCpu: (cpu / seen.deliveries) * 1e6,
  deliverBytes: seen.bytes / seen.deliveries,
  reached: (seen.deliveries / (seen.published * readers)) * 100,
  busyAck: seen.ack_ms.p50,
  lastP50: seen.last_reader_ms.p50,
  lastP99: seen.last_reader_ms.p99,
  core: cpu / seen.all_seconds,
  ended: seen.ended,
  doubled: seen.doubled,
  clientCpu: seen.client_cpu,
});

export const deliver = (server, { readers, every, window, settle }) =>
  withServer(server, async (session) => {
    const before = session.memory();
    await session.open(readers, 16);
    await session.publish({ ms: settle, every, atOnce: AT_ONCE });
    const [seen, cpu] = await session.spent(() => session.publish({ ms: window, every, atOnce: AT_ONCE }));
    const { core, ...values } = ofWindow(seen, cpu, readers);
    return { ...values, busyMemory: (session.memory() - before) / readers / 1024 };
  });

/** From few readers to many, each number in a fresh process. A rate that fills the core ends a process. */
export async function levels(server, { steps, rates, window }) {
  const all = [];
  for (const readers of steps) {
    const seen = await withServer(server, (session) => ofReaders(session, readers, rates, window));
    all.push(...seen);
  }
  return { levels: all };
}

async function ofReaders(session, readers, rates, window) {
  const seen = [];
  const before = session.memory();
  await session.open(readers, 16);
  const memory = (session.memory() - before) / readers / 1024;
  await session.publish({ count: 5, every: 100, atOnce: AT_ONCE });
  for (const rate of rates) {
    const [one, cpu] = await session.spent(() =>
      session.publish({ ms: window, every: 1000 / rate, atOnce: AT_ONCE }),
    );
    const level = { readers, rate, memory, ...ofWindow(one, cpu, readers) };
    seen.push(level);
    if (level.core > 0.95 || level.lastP99 > LATE_MS || level.reached < 100 || level.ended > 0) break;
  }
  return seen;
}
