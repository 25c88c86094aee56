// Clients that were cut together must not come back together.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, request } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";

/** Evenly spread over `low` to `high`: inside it, hardly two alike, and each tenth of it hit. */
function assertSpread(values, low, high) {
  const outside = values.filter((value) => !Number.isInteger(value) || value < low || value > high);
  assert.deepEqual(outside, [], `outside ${low} to ${high}`);
  // 300 draws of 1,000 or more values: fewer than 200 different ones do not happen by chance.
  assert.ok(
    new Set(values).size > values.length * 0.66,
    `only ${new Set(values).size} different of ${values.length}`,
  );
  const tenth = (high - low) / 10;
  for (let k = 0; k < 10; k += 1) {
    const from = low + k * tenth;
    const hits = values.filter((value) => value >= from && value <= from + tenth).length;
    // 30 are expected; below 8 or above 70 is beyond five standard deviations or so.
    assert.ok(hits > 7 && hits < 70, `${hits} of ${values.length} in ${from} to ${from + tenth}`);
  }
}

async function inTurns(count, atOnce, job) {
  const results = [];
  while (results.length < count) results.push(...(await Promise.all(Array.from({ length: atOnce }, job))));
  return results;
}

describe("the reconnection time", () => {
  const runtime = runtimeWith({ RETRY_MS: 2000, MAX_STREAM_MS: 1000 });

  it("is spread over 50 to 150 % of RETRY_MS, at the opening and again at the goodbye", async () => {
    const pairs = await inTurns(300, 150, async () => {
      const stream = await open(runtime).finished();
      stream.leave();
      return stream.reader.retries.map(({ value }) => value);
    });
    assert.ok(
      pairs.every((pair) => pair.length === 2),
      "two retry lines in each stream",
    );
    assertSpread(
      pairs.map(([opening]) => opening),
      1000,
      3000,
    );
    assertSpread(
      pairs.map(([, goodbye]) => goodbye),
      1000,
      3000,
    );
    const repeated = pairs.filter(([opening, goodbye]) => opening === goodbye).length;
    assert.ok(repeated < 10, `${repeated} goodbyes repeat the opening's time`);
  });
});

describe("the reconnection time of an overloaded isolate", () => {
  const runtime = runtimeWith({ MAX_STREAMS: 1, OVERLOAD_RETRY_MS: 15_000 });

  it("is spread over 50 to 150 % of OVERLOAD_RETRY_MS, as retry and as Retry-After", async () => {
    const inside = await open(runtime).hasTicks(1);
    const retries = await inTurns(300, 50, async () => {
      const stream = await open(runtime).finished();
      stream.leave();
      return stream.reader.retries[0].value;
    });
    assertSpread(retries, 7500, 22_500);

    const seconds = await inTurns(40, 20, async () =>
      Number(
        (await request(runtime, { path: "/events", headers: { Accept: "*/*" } })).headers["retry-after"],
      ),
    );
    inside.leave();
    for (const value of seconds)
      assert.ok(Number.isInteger(value) && value >= 7 && value <= 23, `Retry-After: ${value}`);
    assert.ok(new Set(seconds).size > 4, `Retry-After: ${seconds}`);
  });
});
