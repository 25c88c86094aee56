// The figures in the documentation are those of the last whole run of the benchmark, and what they cost is
// by the one formula of bench/lib/cost.mjs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pages } from "../../../bench/lib/report.mjs";
import { root } from "../../support/runtime.mjs";

const read = (file) => readFileSync(path.join(root, file), "utf8");

for (const [file, text] of Object.entries(pages(JSON.parse(read("bench/results/results.json"))))) {
  test(`${file} shows what was measured`, () => {
    assert.ok(read(file) === text, `${file} is not what "npm run bench -- --report" writes`);
  });
}
