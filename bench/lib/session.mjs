// One fresh server with its load client, for the length of one measurement.
import net from "node:net";
import { startClient } from "./client.mjs";
import { work } from "./paths.mjs";
import { cpuSeconds, memoryBytes, SERVER_CORE, startPinned } from "./process.mjs";

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = net.createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });

/** A port below those that the kernel gives to clients: one of them could meet itself on the other side. */
export async function freePort() {
  for (;;) {
    const port = 20000 + Math.floor(Math.random() * 12000);
    if (await isFree(port)) return port;
  }
}

/** An event that comes later than this is lost. */
const LATE_MS = 1000;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Starts `server` and a client whose streams tick each `interval` ms, and hands both to `work`. */
export async function withServer(server, interval, measure) {
  const port = await freePort();
  const [file, args, env] = server.start(port);
  const idStep = server.idStep === "interval" ? interval : 1;
  const client = startClient({ port, interval, idStep });
  const child = startPinned(SERVER_CORE, file, args, {
    log: work(`logs/${server.name}.server.log`),
    env: { ...process.env, ...env },
  });
  try {
    const { unix_ms: firstByte } = await Promise.race([client.firstByte(), child.ended]);
    const session = {
      client,
      startMs: firstByte - child.started,
      cpu: () => cpuSeconds(child.pid),
      memory: () => memoryBytes(child.pid),
      /** Runs `work`; its result and the seconds of CPU that the server used meanwhile. */
      async spent(work) {
        const before = cpuSeconds(child.pid);
        const result = await work();
        return [result, cpuSeconds(child.pid) - before];
      },
      /** Watches from the middle between two ticks of ours, so that each window holds as many as it should. */
      async watch(ms) {
        await sleep(interval * 1.5 - (Date.now() % interval));
        const [seen, cpu] = await session.spent(() => client.watch(ms));
        return { ...seen, ...(await client.late(LATE_MS)), cpu };
      },
    };
    await sleep(100); // the stream that asked for the first byte has gone
    return await Promise.race([measure(session), child.ended]);
  } finally {
    await client.stop();
    await child.stop();
  }
}
