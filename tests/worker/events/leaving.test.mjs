// A client that leaves costs nothing from then on, however it leaves.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { liveStreams, open, sleep, untilLive } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";

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
  const HEARTBEAT_MS = 3000;
  const runtime = runtimeWith({ HEARTBEAT_MS, MAX_STREAMS: 5000 });

  /** From before the answer has begun until well into the stream. */
  async function round() {
    const gone = Array.from({ length: 2000 }, async (_, index) => {
      await sleep(Math.random() * 1000);
      const stream = open(runtime, {
        path: `/events?interval=${index % 4 < 2 ? 100 : 60_000}`,
        record: false,
      });
      await sleep(Math.random() * 1000);
      leave(stream, index);
    });
    await Promise.all(gone);
    const lastLeft = Date.now();
    await untilLive(runtime, 0, { ceiling: 30_000 });
    return Date.now() - lastLeft;
  }

  it("are all noticed within two heartbeats, and leave no memory behind in five rounds", async (test) => {
    for (let k = 0; k < 2; k += 1) await round(); // warms up: the process takes its working size
    const waits = [];
    const memory = [];
    for (let k = 1; k <= 5; k += 1) {
      waits.push(await round());
      await runtime.collectGarbage();
      memory.push(runtime.memory());
    }
    const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);
    test.diagnostic(`live_streams 0 after ${waits} ms; memory ${memory.map(mib)} MiB after rounds 1 to 5`);
    const [afterOne, afterFive] = [memory[0], memory[4]];
    for (const wait of waits) assert.ok(wait <= 2 * HEARTBEAT_MS, `noticed after ${wait} ms`);
    assert.ok(afterFive <= afterOne * 1.1, `${mib(afterOne)} MiB became ${mib(afterFive)} MiB`);
  });
});
