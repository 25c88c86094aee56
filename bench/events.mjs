// What `npm run bench` measures, of whom: the ticks of /events.
import { addBefore, prepare, SERVERS } from "./lib/servers.mjs";
import { withServer } from "./lib/session.mjs";
import { growth } from "./measures/growth.mjs";
import { opening } from "./measures/opening.mjs";
import { openingFresh } from "./measures/opening-fresh.mjs";
import { rate } from "./measures/rate.mjs";
import { size } from "./measures/size.mjs";
import { ticks } from "./measures/ticks.mjs";

const FULL = {
  rounds: 5,
  peers: Object.keys(SERVERS),
  files: 9000,
  // Opening takes so little time that one process says little. The slow ones are taken in the first round only.
  measures: {
    size: { run: size, once: true },
    opening: { run: opening, processes: 3, opened: [200, 2000], settle: 700 },
    "opening-fresh": { run: openingFresh, processes: 5, opened: 500 },
    ticks: { run: ticks, streams: 500, settle: 1200, window: 28_800 },
    rate: { run: rate, once: true, steps: [500, 1000, 1500, 2000, 2500, 3000, 4000, 6000, 8000] },
    growth: { run: growth, once: true, steps: [100, 500, 2000, 5000] },
  },
};

// Without the peers that need a Rust compiler for minutes, and without the slow measures.
const QUICK = {
  rounds: 1,
  peers: ["ours", "plain-js", "hono", "better-sse", "h3", "express"],
  files: 1000,
  measures: {
    size: FULL.measures.size,
    opening: { run: opening, opened: [50, 500], settle: 300 },
    "opening-fresh": FULL.measures["opening-fresh"],
    ticks: { run: ticks, streams: 300, settle: 500, window: 1500 },
  },
};

export const EVENTS = {
  name: "events",
  file: "results",
  FULL,
  QUICK,
  SERVERS,
  addBefore,
  prepare,
  /** Starts a server and ends it. */
  start: (server) => withServer(server, 60_000, async () => {}),
};
