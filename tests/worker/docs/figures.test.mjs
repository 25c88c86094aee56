// The figures in the documentation are those of the last whole run of the benchmark, and what they cost is
// by the one formula of bench/lib/cost.mjs.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pages, pagesOfChannels } from "../../../bench/lib/report.mjs";
import { median, ratios } from "../../../bench/lib/stats.mjs";
import { root } from "../../support/runtime.mjs";

const read = (file) => readFileSync(path.join(root, file), "utf8");

const run = JSON.parse(read("bench/results/results.json"));
const of = (server, key) => run.values[server].map((round) => round[key]);

for (const [file, text] of Object.entries(pages(run))) {
  test(`${file} shows what was measured`, () => {
    assert.ok(read(file) === text, `${file} is not what "npm run bench -- --report" writes`);
  });
}

test("BENCHMARKS.md shows what was measured of channels", () => {
  const results = "bench/results/channels.json";
  const channels = existsSync(path.join(root, results)) ? JSON.parse(read(results)) : undefined;
  const shown = pagesOfChannels(channels)["BENCHMARKS.md"];
  assert.ok(
    read("BENCHMARKS.md") === shown,
    'BENCHMARKS.md is not what "npm run bench -- channels --report" writes',
  );
});

test("README.md rounds what was measured", () => {
  const lag = median(of("ours", "lagP50"));
  const stream = ratios(of("workers-rs", "tickCpu"), of("plain-js", "tickCpu"));
  assert.ok(lag && stream);
  const words = read("README.md").replaceAll(/\s+/g, " ");
  for (const said of [
    `the median tick comes ${Math.round(lag)} ms after its time`,
    `${stream.min.toFixed(2)} to ${stream.max.toFixed(2)} times what plain JavaScript does`,
  ]) {
    assert.ok(words.includes(said), `README.md does not say "${said}"`);
  }
});
