import { after, before } from "node:test";
import { startRuntime } from "./runtime.mjs";

/**
 * A runtime for the tests of the surrounding `describe`: started before the first, stopped after the last.
 *
 * @returns {Awaited<ReturnType<typeof startRuntime>>}
 */
export function runtimeWith(vars = {}, options = {}) {
  const runtime = /** @type {any} */ ({});
  before(async () => Object.assign(runtime, await startRuntime({ vars, ...options })));
  after(() => runtime.stop?.());
  return runtime;
}

/** The ticks of a minute's interval are the easiest to count: none comes up while a test looks. */
export const MINUTE = 60_000;

/**
 * Runs `scene(latest)` with the id of the latest minute tick, and once more if a minute
 * began meanwhile, so that no test depends on when it is run.
 */
export async function withinOneMinute(scene) {
  const minute = () => Math.floor(Date.now() / MINUTE) * MINUTE;
  for (;;) {
    const latest = minute();
    try {
      return await scene(latest);
    } catch (error) {
      if (minute() === latest) throw error;
    }
  }
}

/** The ids from `first` to `last`, both included. */
export function idsBetween(first, last, interval) {
  return Array.from({ length: (last - first) / interval + 1 }, (_, k) => first + k * interval);
}

export const latestTick = (interval) => Math.floor(Date.now() / interval) * interval;
