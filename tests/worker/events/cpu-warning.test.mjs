// The runtime's warning that the CPU limit is near: a word in the wasm's memory, one for all streams.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, request, untilLive } from "../../support/client.mjs";
import { behind } from "../../support/runtime.mjs";
import { latestTick, runtimeWith, withinOneMinute } from "../../support/suite.mjs";

describe("the warning that the CPU limit is near", () => {
  const runtime = runtimeWith(
    { CPU_BUDGET_MS: 10, HEARTBEAT_MS: 300, MAX_REPLAY_TICKS: 90 },
    { adapt: behind("wasm.mjs", "instances.mjs") },
  );
  const path = "/events?interval=60000";
  const say = async (what) => assert.equal((await request(runtime, { path: `/wasm/${what}` })).status, 200);

  it("ends the stream that has spent most of its budget, and not the one beside it", () =>
    withinOneMinute(async () => {
      await say("far-from-cpu-limit");
      // 80 events of the 103 to 129 that the budget pays for; the rest pays for heartbeats.
      const last = latestTick(60_000) - 80 * 60_000;
      const spent = await open(runtime, { path, headers: { "Last-Event-ID": last } }).hasTicks(80);
      const fresh = await open(runtime, { path }).hasTicks(1);
      try {
        await say("near-cpu-limit");
        await spent.finished();
        assert.equal(spent.complete, true, "the terminating chunk was seen");
        assert.equal(JSON.parse(spent.named("rotate")[0].data).reason, "cpu");
        const beats = spent.reader.comments.length;
        assert.ok(80 + beats < 103, `the budget itself was used up: ${beats} heartbeats`);

        const had = fresh.reader.comments.length;
        await fresh.until(({ reader }) => reader.comments.length >= had + 3);
        assert.deepEqual(fresh.named("rotate"), []);
      } finally {
        spent.leave();
        fresh.reset();
        await say("far-from-cpu-limit");
        await untilLive(runtime, 0);
      }
    }));
});
