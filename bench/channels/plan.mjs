// What `npm run bench -- channels` measures, of whom.
import { size } from "../measures/size.mjs";
import { deliver, levels } from "./measures/deliver.mjs";
import { many } from "./measures/many.mjs";
import { missed, opening } from "./measures/opening.mjs";
import { publish } from "./measures/publish.mjs";
import { publishes } from "./measures/publishes.mjs";
import { replay } from "./measures/replay.mjs";
import { replays } from "./measures/replays.mjs";
import { rows } from "./measures/rows.mjs";
import { silent } from "./measures/silent.mjs";
import { slow } from "./measures/slow.mjs";
import { addBefore, prepare, SERVERS } from "./servers.mjs";
import { withServer } from "./session.mjs";

/** A hundred kilobytes a second for each reader: what one leaves unread is soon more than the kernel keeps. */
const SLOW = { run: slow, readers: 40, stopped: 40, every: 10, bytes: 1000 };

const FULL = {
  rounds: 3,
  peers: Object.keys(SERVERS),
  files: 9000,
  // The slow ones are taken in the first round only.
  measures: {
    size: { run: size, once: true },
    rows: { run: rows, once: true },
    publish: { run: publish, atOnce: [1, 8, 64], ms: 2500, warm: 1000 },
    deliver: { run: deliver, readers: 500, every: 100, settle: 1500, window: 8000 },
    opening: { run: opening, opened: [200, 2000], settle: 700 },
    missed: { run: missed, readers: 50, messages: 1000 },
    replay: { run: replay, messages: 10_000, warm: 20, times: 20 },
    slow: { ...SLOW, once: true, settle: 1000, window: 10_000 },
    silent: { run: silent, once: true, readers: 1000, settle: 1000, window: 31_000 },
    many: { run: many, once: true, warm: 200, channels: 1000, settle: 1000, window: 31_000 },
    publishes: {
      run: publishes,
      once: true,
      steps: [0, 100, 1000],
      warm: 500,
      every: 200,
      window: 3000,
    },
    replays: { run: replays, once: true, steps: [1000, 10_000, 50_000], times: 3 },
    levels: { run: levels, once: true, steps: [100, 500, 2000, 5000], rates: [1, 10, 50], window: 3000 },
  },
};

// Without the peer that a Rust compiler needs minutes for, and without the slow measures.
const QUICK = {
  rounds: 1,
  peers: ["ours", "by-hand-bridge", "by-hand-object", "durable-streams", "better-sse"],
  files: 1000,
  measures: {
    size: FULL.measures.size,
    rows: FULL.measures.rows,
    publish: { run: publish, atOnce: [1, 8, 64], ms: 500, warm: 200 },
    deliver: { run: deliver, readers: 100, every: 100, settle: 500, window: 1500 },
    opening: { run: opening, opened: [50, 500], settle: 300 },
    missed: { run: missed, readers: 10, messages: 1000 },
    replay: { run: replay, messages: 10_000, warm: 1, times: 1 },
  },
};

export const CHANNELS = {
  name: "channels",
  file: "channels",
  FULL,
  QUICK,
  SERVERS,
  addBefore,
  prepare,
  /** Starts a server and ends it. */
  start: (server) => withServer(server, async () => {}),
};
