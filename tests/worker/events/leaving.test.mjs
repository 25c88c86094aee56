// A client that leaves costs nothing from then on, however it leaves.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { liveStreams, open, request, sleep, untilLive } from "../../support/client.mjs";
import { behind } from "../../support/runtime.mjs";
import { runtimeWith, withinOneMinute } from "../../support/suite.mjs";

/** Half by reset, half by a graceful close. */
const leave = (stream, index) => (index % 2 ? stream.reset() : stream.leave());

describe("clients that leave", () => {
  const runtime = runtimeWith({ CPU_BUDGET_MS: 1000 });

  it("200 of them, half by reset and half by a graceful close, bring live_streams back to 0", async () => {
    const streams = Array.from({ length: 200 }, () => open(runtime, { path: "/events?interval=100" }));
    await Promise.all(streams.map((stream) => stream.hasTicks(1)));
    assert.equal(await liveStreams(runtime), 200);
    streams.forEach(leave);
    await untilLive(runtime, 0);
  });

  it("do not end the streams of those that stay", async () => {
    const streams = Array.from({ length: 20 }, () => open(runtime, { path: "/events?interval=100" }));
    await Promise.all(streams.map((stream) => stream.hasTicks(1)));
    const [stays, ...others] = streams;
    others.forEach(leave);
    await untilLive(runtime, 1);
    const had = stays.ticks.length;
    await stays.hasTicks(had + 10);
    stays.reset();
    await untilLive(runtime, 0);
  });
});

describe("2,000 clients that leave at random moments", () => {
  const runtime = runtimeWith({ HEARTBEAT_MS: 2000, MAX_STREAMS: 5000 });

  it("are all noticed within two heartbeats", () =>
    withinOneMinute(async () => {
      // From before the answer has begun until well into the stream.
      const gone = Array.from({ length: 2000 }, async (_, index) => {
        await sleep(Math.random() * 1000);
        const path = `/events?interval=${index % 4 < 2 ? 100 : 60_000}`;
        const stream = open(runtime, { path, record: false });
        await sleep(Math.random() * 1000);
        leave(stream, index);
      });
      await Promise.all(gone);
      // Its timer is the isolate's as theirs are: when it has its third heartbeat they have had two.
      const witness = open(runtime, { path: "/events?interval=60000" });
      await witness.until(({ reader }) => reader.comments.length >= 3, { ceiling: 60_000 });
      const live = await liveStreams(runtime);
      witness.reset();
      await untilLive(runtime, 0);
      assert.equal(live, 1, "the witness alone is left");
    }));
});

describe("10,000 clients that have left", () => {
  const runtime = runtimeWith(
    { HEARTBEAT_MS: 1000, MAX_STREAMS: 5000 },
    { adapt: behind("wasm.mjs", "instances.mjs") },
  );
  const COUNT = 10_000;
  const AT_ONCE = 500;
  // A stream's state is some 360 bytes of wasm memory. What the runtime itself keeps or frees between
  // two measurements is up to 20 bytes each, as the requests show that start no stream.
  const ALLOWED = 100; // bytes each

  async function inBatches(count, job) {
    for (let done = 0; done < count; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => job(index)));
    }
  }

  async function comeAndLeave(count = COUNT) {
    await inBatches(count, async (index) => {
      const path = `/events?interval=${index % 4 < 2 ? 100 : 60_000}`;
      leave(await open(runtime, { path, record: false }).hasTicks(1, { ceiling: 60_000 }), index);
    });
    await untilLive(runtime, 0, { ceiling: 60_000 });
  }

  const areRefused = () => inBatches(COUNT, () => request(runtime, { path: "/events?interval=1" }));

  /** What is in use after the garbage is collected: of V8's heap and buffers, and of the wasm's memory. */
  async function inUse() {
    // A collection lets finalizers run, which free more.
    for (let k = 0; k < 3; k += 1) await runtime.collectGarbage();
    const heap = await runtime.heapUsage();
    const wasm = (await request(runtime, { path: "/wasm/bytes" })).json();
    return { heap, wasm };
  }

  async function leftBehind(job) {
    const before = await inUse();
    await job();
    const after = await inUse();
    return { heap: (after.heap - before.heap) / COUNT, wasm: (after.wasm - before.wasm) / COUNT };
  }

  it(`leave less than ${ALLOWED} bytes each behind, in V8's heap and in the wasm's memory`, async (test) => {
    await comeAndLeave(2000); // the memory takes its working size
    /** @type {{ heap: number, wasm: number }[][]} */
    const [streams, refusals] = [[], []];
    const rounds = { streams, refusals };
    for (let round = 1; round <= 2; round += 1) {
      rounds.streams.push(await leftBehind(comeAndLeave));
      rounds.refusals.push(await leftBehind(areRefused));
    }
    const shown = (each) =>
      each.map(({ heap, wasm }) => `${heap.toFixed(1)} + ${wasm.toFixed(1)}`).join(", ");
    test.diagnostic(
      `bytes each, heap + wasm: streams ${shown(rounds.streams)}; refusals ${shown(rounds.refusals)}`,
    );
    // A leak shows in each round, the runtime's noise does not.
    for (const memory of ["heap", "wasm"]) {
      const least = Math.min(...rounds.streams.map((round) => round[memory]));
      const noise = Math.max(0, ...rounds.refusals.map((round) => round[memory]));
      assert.ok(least <= ALLOWED + noise, `${least} bytes each in the ${memory}, ${noise} of a refusal`);
    }
  });
});
