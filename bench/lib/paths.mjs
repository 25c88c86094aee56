// Where the benchmark finds and puts things.
import path from "node:path";
import { at } from "../../scripts/lib.mjs";

export const bench = (...parts) => at("bench", ...parts);
/** What the benchmark builds: not kept, not uploaded. */
export const work = (...parts) => path.join(at("target/bench"), ...parts);
export const results = (...parts) => bench("results", ...parts);
