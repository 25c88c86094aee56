// However slowly a client reads, what waits for it has a bound, and what it misses it is told.
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { liveStreams, untilLive, waitFor } from "../../support/client.mjs";
import { SseReader } from "../../support/sse-reader.mjs";
import { idsBetween, runtimeWith } from "../../support/suite.mjs";

const fixture = fileURLToPath(new URL("../fixtures/slow-reader.mjs", import.meta.url));
const slowReader = {
  name: "slow-reader",
  compatibilityDate: "2026-11-17",
  modules: [{ type: "ESModule", path: fixture }],
  modulesRoot: path.dirname(fixture),
  serviceBindings: { EVENTS: "edge-events" },
};

/** Reads `before` chunks, stops for `pause` ms, and reads up to `after` more. */
async function readSlowly(runtime, plan) {
  const answer = await runtime.fetchFrom("slow-reader", "http://slow-reader/", {
    method: "POST",
    body: JSON.stringify(plan),
  });
  const { first, second } = await answer.json();
  const reader = new SseReader();
  for (const { at, bytes } of first) reader.feed(Uint8Array.from(bytes), at);
  const readBefore = reader.events.length;
  for (const { at, bytes } of second) reader.feed(Uint8Array.from(bytes), at);
  return { events: reader.events, readBefore, readAgainAt: second[0]?.at };
}

describe("a slow client", { concurrency: true }, () => {
  describe("a client that stops reading for 10 s at 100 ms", () => {
    const runtime = runtimeWith({ MAX_REPLAY_TICKS: 20, CPU_BUDGET_MS: 10_000 }, { workers: [slowReader] });

    it("finds a few events waiting, then one gap with true numbers, then the live stream", async (test) => {
      const plan = { path: "/events?interval=100", before: 10, pause: 10_000, after: 30 };
      const { events, readBefore, readAgainAt } = await readSlowly(runtime, plan);
      const gaps = events.filter(({ type }) => type === "gap");
      assert.equal(gaps.length, 1, JSON.stringify(events));
      const at = events.indexOf(gaps[0]);
      const ids = (some) => some.map(({ lastEventId }) => Number(lastEventId));
      const [before, after] = [ids(events.slice(0, at)), ids(events.slice(at + 1))];
      const waiting = before.length - readBefore;
      test.diagnostic(`${waiting} events were waiting; gap ${gaps[0].data}; ${after.length} events after it`);

      assert.deepEqual(before, idsBetween(before[0], before.at(-1), 100));
      assert.deepEqual(after, idsBetween(after[0], after.at(-1), 100));
      assert.deepEqual(JSON.parse(gaps[0].data), {
        after: before.at(-1),
        resumed_at: after[0],
        missed: (after[0] - before.at(-1)) / 100 - 1,
      });
      assert.ok(waiting <= 8, `${waiting} events were waiting`);
      // It goes on from the tick that was the latest when it read again, not from an older one.
      assert.ok(after[0] + 1000 > readAgainAt, `went on at ${after[0]}, read again at ${readAgainAt}`);
      assert.ok(after.length >= 10, "and goes on live");
      await untilLive(runtime, 0);
    });
  });

  describe("a client that does not read when its stream ends by plan", () => {
    const runtime = runtimeWith({ MAX_STREAM_MS: 2000, CPU_BUDGET_MS: 10_000 }, { workers: [slowReader] });

    it("holds no place beyond that end, and finds the goodbye when it reads again", async () => {
      const plan = { path: "/events?interval=100", before: 5, pause: 8000, after: 1000 };
      const reading = readSlowly(runtime, plan);
      await waitFor(async () => (await liveStreams(runtime)) === 1, { what: "the stream to begin" });
      let stillStalled = true;
      reading.then(() => (stillStalled = false));
      await untilLive(runtime, 0);
      assert.ok(stillStalled, "the place was free before the client read again");
      const { events, readBefore } = await reading;
      const rest = events.slice(readBefore);
      assert.equal(rest.at(-1).type, "rotate");
      assert.ok(rest.length <= 9, `${rest.length} events were waiting`);
      const ids = rest.slice(0, -1).map(({ lastEventId }) => Number(lastEventId));
      assert.deepEqual(ids, idsBetween(ids[0], ids.at(-1), 100));
    });
  });
});
