// What the benchmark of channels shows of the measures that take several sizes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chartsOfChannels, growthOfChannels } from "../../bench/channels/growth.mjs";
import { lines } from "../../bench/lib/charts.mjs";

const level = (readers, rate, more = {}) => ({
  readers,
  rate,
  deliverCpu: 60,
  lastP50: 10,
  lastP99: 20,
  reached: 100,
  core: 0.5,
  ended: 0,
  ...more,
});
const runOf = (ours, peer = {}) => ({
  servers: [
    { name: "ours", title: "Ours" },
    { name: "peer", title: "A peer" },
  ],
  values: { ours: [ours, {}], peer: [peer, {}] },
});

describe("growth of channels", () => {
  it("is a row for each level, with a dash for what JSON has no number for", () => {
    // A run from before memory was measured, and a last reader that never had all.
    const run = runOf({ levels: [level(100, 10), level(5000, 10, { lastP50: null, lastP99: null })] });
    const [text, ...others] = growthOfChannels(run);
    assert.deepEqual(others, []);
    assert.match(text, /^\| Ours \| 100 \| 10 \| 60\.0 \| 10\.0 \| 20\.0 \| 100\.00 \| 50 \| 0 \| – \|$/m);
    assert.match(text, /^\| Ours \| 5,000 \| 10 \| 60\.0 \| – \| – \| 100\.00 \| 50 \| 0 \| – \|$/m);
  });

  it("has charts of what was measured of ours, and no others", () => {
    const files = (run) => chartsOfChannels(run).map(({ file }) => file);
    assert.deepEqual(files(runOf({}, { levels: [level(100, 10)] })), []);
    assert.deepEqual(files(runOf({ levels: [level(100, 10), level(500, 10)] })), [
      "channels-delivery-cpu.svg",
      "channels-last-reader.svg",
    ]);
    assert.deepEqual(files(runOf({ publishes: [{ readers: 0, publishCpu: 500, ack: 1 }] })), [
      "channels-publish-cpu.svg",
    ]);
  });

  it("is drawn of one rate", () => {
    const run = runOf({ levels: [level(100, 1), level(100, 10), level(100, 50), level(500, 10)] });
    const [{ svg }] = chartsOfChannels(run);
    assert.match(svg, /<path class="line ours"[^>]* d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+"\/>/);
  });
});

describe("a chart of lines with even steps", () => {
  const points = /** @type {[number, number][]} */ ([
    [0, 400],
    [100, 8000],
    [1000, 80_000],
  ]);
  const at = (svg) => [
    ...(/<path class="line ours"[^>]* d="M(.+)"/.exec(svg)?.[1] ?? "").matchAll(/([\d.]+) [\d.]+/g),
  ];

  it("has a place for 0, and the others as far apart as each other", () => {
    const svg = lines("A title", [{ label: "Ours", ours: true, points }], { even: true });
    assert.doesNotMatch(svg, /NaN|Infinity/);
    assert.deepEqual(
      at(svg).map(([, x]) => Number(x)),
      [56, 296, 536],
    );
  });
});
