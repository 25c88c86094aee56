// Where the benchmark finds and puts things.
import path from "node:path";
import { at, readText, Stop } from "../../scripts/lib.mjs";

export const bench = (...parts) => at("bench", ...parts);
/** What the benchmark builds: not kept, not uploaded. */
export const work = (...parts) => path.join(at("target/bench"), ...parts);
/** What a whole run has measured: kept, and what BENCHMARKS.md shows. */
export const results = (...parts) => bench("results", ...parts);

/** A file that must be there. @param {string} file */
export function textOf(file) {
  const text = readText(file);
  if (text === null) throw new Stop(`${file} cannot be read`);
  return text;
}

/** What the first group of `pattern` matches in a file, which must have it. @param {string} file @param {RegExp} pattern */
export function find(file, pattern) {
  const found = pattern.exec(textOf(file))?.[1];
  if (found === undefined) throw new Stop(`${file} has nothing that fits ${pattern}`);
  return found;
}
