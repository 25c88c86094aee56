// How much one core carries: more and more streams at 10 ticks a second, until it is not enough.
import { sleep, withServer } from "../lib/session.mjs";
import { INTERVAL_MS, ofWindow } from "./ticks.mjs";

export const rate = (server, { steps }) =>
  withServer(server, INTERVAL_MS, async (session) => {
    const levels = [];
    let live = 0;
    for (const streams of steps) {
      const { waiting } = await session.client.tryOpen(streams - live, 64, 5000);
      if (waiting) break; // no more get in
      live = streams;
      await sleep(300);
      const seen = await session.watch(2000);
      levels.push({
        streams,
        perSecond: seen.events / seen.seconds,
        core: seen.cpu / seen.seconds,
        ...ofWindow(seen),
      });
      if (levels.at(-1).core > 0.97) break;
    }
    const enough = levels.filter((level) => level.delivered >= 99).map((level) => level.perSecond);
    const peakRate = Math.max(...levels.map((level) => level.perSecond));
    return { rate99: enough.length ? Math.max(...enough) : 0, peakRate, levels };
  });
