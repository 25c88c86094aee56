// The picture of the page, as far as it is arithmetic.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { duration, height, MAX_MARKS, quantile, Timeline, WINDOW_MS } from "../../public/timeline.js";

describe("the timeline", () => {
  it("holds the last minutes, and never more than its bound", () => {
    const timeline = new Timeline();
    for (let at = 0; at < 3_600_000; at += 100) timeline.add("tick", at, 3);
    assert.equal(timeline.marks.length, WINDOW_MS / 100 + 1);
    assert.equal(timeline.marks[0].at, 3_599_900 - WINDOW_MS);
    for (let k = 0; k < 10_000; k += 1) timeline.add("replayed", 3_600_000, 3);
    assert.equal(timeline.marks.length, MAX_MARKS);
    for (let at = 0; at < 3_600_000; at += 1000) {
      timeline.lost(at);
      timeline.back(at + 500);
    }
    assert.ok(timeline.outages.length <= WINDOW_MS / 1000 + 1);
  });

  it("takes median and percentile of live ticks only, by nearest rank", () => {
    const timeline = new Timeline();
    for (let lag = 1; lag <= 100; lag += 1) timeline.add("tick", lag, lag);
    timeline.add("replayed", 101, 9000);
    timeline.add("first", 101, 900);
    assert.deepEqual(timeline.lag(), { median: 50, p95: 95 });
    assert.equal(quantile([], 0.5), undefined);
    assert.equal(quantile([7], 0.95), 7);
  });

  it("puts each lag into the picture", () => {
    assert.deepEqual([height(-5), height(0), height(60_000), height(1e9)], [0, 0, 1, 1]);
    assert.ok(height(10) < height(11));
  });

  it("says how long", () => {
    assert.deepEqual([-5, 0, 59_499, 60_000, 3_599_000, 3_600_000, 7_380_000].map(duration), [
      "0 s",
      "0 s",
      "59 s",
      "1 min 0 s",
      "59 min 59 s",
      "1 h 0 min",
      "2 h 3 min",
    ]);
  });
});
