// One fresh server of channels with its load client, for the length of one measurement.
import fs from "node:fs";
import { Stop } from "../../scripts/lib.mjs";
import { startLoad } from "../lib/client.mjs";
import { work } from "../lib/paths.mjs";
import { cpuSeconds, memoryBytes, SERVER_CORE, startPinned } from "../lib/process.mjs";
import { freePort } from "../lib/session.mjs";

/** Bytes of a message, its JSON quotes included. */
export const MESSAGE_BYTES = 80;

/** How long the last answers and deliveries are waited for. */
const PATIENCE_MS = 10_000;
const OPENING_MS = 60_000;

/** Starts `server` and a client, makes the channel, and hands both to `measure`. */
export async function withServer(server, measure) {
  const port = await freePort();
  const folder = work(`channels-data/${server.name}-${port}`);
  fs.mkdirSync(folder, { recursive: true });
  const [file, args, env] = server.start(port, folder);
  const load = startLoad(["channel", String(port)]);
  const child = startPinned(SERVER_CORE, file, args, {
    log: work(`logs/channels-${server.name}.server.log`),
    env: { ...process.env, ...env },
  });
  const session = sessionOf(server, port, child, (command) => load.ask(JSON.stringify(command)));
  try {
    return await Promise.race([session.create().then(() => measure(session)), child.ended]);
  } finally {
    await load.stop();
    await child.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function sessionOf({ name, requests }, port, child, ask) {
  const session = {
    port,
    cpu: () => cpuSeconds(child.pid),
    memory: () => memoryBytes(child.pid),
    /** Runs `work`; its result and the seconds of CPU that the server used meanwhile. */
    async spent(work) {
      const before = session.cpu();
      const result = await work();
      return [result, session.cpu() - before];
    },
    async create() {
      await ask({ do: "first-byte", request: requests.first });
      if (!requests.create) return;
      const { status } = await ask({ do: "request", request: requests.create, times: 1 });
      if (status !== 201) throw new Stop(`${name} answered ${status} to the request that makes the channel`);
    },
    /** Publishes `count` messages, or for `ms`; one each `every` ms, or as fast as `atOnce` are answered. */
    publish: ({ count, ms = 600_000, every = 0, atOnce, bytes = MESSAGE_BYTES }) =>
      ask({
        do: "publish",
        request: requests.publish,
        bytes,
        at_once: atOnce,
        count,
        ms,
        every_us: Math.round(every * 1000),
        patience_ms: PATIENCE_MS,
      }),
    /** As `publish`, of what must arrive whole. */
    async fill(count) {
      const { acknowledged } = await session.publish({ count, atOnce: 64 });
      if (acknowledged !== count) throw new Stop(`${name} acknowledged ${acknowledged} of ${count} messages`);
    },
    /**
     * Opens readers, `atOnce` under way; each is done when it has `messages`, or with none its first block.
     * `slow` ones can stop reading. `request` is another than the usual.
     */
    async open(count, atOnce, messages = 0, { slow = false, request = undefined } = {}) {
      const opened = await ask({
        do: "open",
        request: request ?? (messages > 0 ? requests.followAll : requests.follow),
        count,
        at_once: atOnce,
        messages,
        slow,
        patience_ms: OPENING_MS,
      });
      if (opened.waiting)
        throw new Stop(`${opened.waiting} of ${count} readers of ${name} got nothing in 60 s`);
      if (messages && opened.messages !== count * messages) {
        throw new Stop(
          `${name} sent ${opened.messages} messages to ${count} readers, not ${messages} to each`,
        );
      }
      return opened;
    },
    read: (times) => ask({ do: "request", request: requests.read, times }),
    /** Closes all readers. */
    leave: () => ask({ do: "leave" }),
    watch: (ms) => ask({ do: "watch", ms }),
    /** The slow readers stop reading. */
    stop: () => ask({ do: "stop" }),
    /** They read again; what they have of all since they stopped. */
    resume: (ms) => ask({ do: "resume", patience_ms: ms }),
    /** Those that were cut come back with their last place. */
    comeBack: (ms) => ask({ do: "come-back", request: requests.comeBack, patience_ms: ms }),
    /** Sends a request so often, `{n}` in it being its number; each must be answered by 2xx. */
    async repeat(request, times) {
      const { status } = await ask({ do: "request", request, times });
      if (status < 200 || status > 299) throw new Stop(`${name} answered ${status} to:\n${request}`);
    },
  };
  return session;
}
