// What the platform charges most for: rows written.
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { ask, channelsWith, follow, publish, ready } from "../../support/channels.mjs";
import { request } from "../../support/client.mjs";
import { root } from "../../support/runtime.mjs";

const entry = path.join(root, "tests/worker/channels/fixtures/rows.mjs");

describe("rows written", () => {
  const runtime = channelsWith({}, { entry });
  const counted = async (work) => {
    const rows = async () => (await request(runtime, { path: "/rows-written" })).json().rows;
    const before = await rows();
    await work();
    return (await rows()) - before;
  };

  it("are one for a publish, one for a batch, and one more with a producer", async () => {
    await publish(runtime, "rows", "1");
    assert.equal(await counted(() => publish(runtime, "rows", "2")), 1);
    assert.equal(await counted(() => publish(runtime, "rows", JSON.stringify(Array(100).fill("x")))), 1);
    const producer = (seq) => ({ "Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": `${seq}` });
    await publish(runtime, "rows", "3", producer(0)); // the channel's first makes a table for them
    for (const seq of [1, 2, 3]) {
      assert.equal(await counted(() => publish(runtime, "rows", `${seq}`, producer(seq))), 2);
    }
    assert.equal(await counted(() => publish(runtime, "rows", "3", producer(3))), 0, "a repeat");
  });

  it("are none for reads, readers, heartbeats, refusals and channels that are not there", async () => {
    await publish(runtime, "rows", "5");
    const work = async () => {
      await ask(runtime, "GET", "/channels/rows");
      await ask(runtime, "HEAD", "/v1/stream/rows");
      await ask(runtime, "POST", "/channels/rows", { headers: { "Content-Type": "text/plain" }, body: "x" });
      const streams = [follow(runtime, "rows", { query: "?last=3" }), follow(runtime, "nothing")];
      await Promise.all(streams.map(ready));
      for (const stream of streams) stream.leave();
    };
    assert.equal(await counted(work), 0);
  });
});
