// What the platform charges most for: rows written.
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { ask, channelsWith, follow, publish, ready } from "../../support/channels.mjs";
import { request, waitFor } from "../../support/client.mjs";
import { root } from "../../support/runtime.mjs";

const entry = path.join(root, "tests/worker/channels/fixtures/rows.mjs");

describe("rows written", () => {
  const BOUND = 65_536; // the least that may be set
  const runtime = channelsWith({ HEARTBEAT_MS: 100, MAX_CHANNEL_BYTES: BOUND }, { entry });
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
      for (const stream of streams) {
        await stream.until(() => stream.reader.comments.length >= 3, { what: "three heartbeats" });
      }
      for (const stream of streams) stream.leave();
    };
    assert.equal(await counted(work), 0);
  });

  it("are at most five for a portion of the oldest that is dropped, however many messages it has", async (test) => {
    const KIB = JSON.stringify("x".repeat(1000));
    const PUBLISHES = 300;
    await publish(runtime, "trimmed", KIB);
    const rows = await counted(async () => {
      for (let k = 0; k < PUBLISHES; k += 1) await publish(runtime, "trimmed", KIB);
    });
    const kept = JSON.parse((await ask(runtime, "GET", "/v1/stream/trimmed")).text).length;
    assert.ok(kept <= BOUND / 1000, `${kept} of ${PUBLISHES + 1} are kept`);
    const dropped = PUBLISHES + 1 - kept;
    const more = rows - PUBLISHES;
    const portions = Math.ceil((dropped * KIB.length) / (BOUND / 8));
    test.diagnostic(
      `${dropped} dropped in ${portions} portions: ${more} rows beside those of ${PUBLISHES} publishes`,
    );
    assert.ok(more <= 5 * portions, `${more} rows for ${portions} portions`);
  });

  it("are none for a channel that is deleted", async () => {
    await publish(runtime, "deleted", JSON.stringify(Array(100).fill("x")));
    const deleted = await counted(async () => {
      assert.equal((await ask(runtime, "DELETE", "/v1/stream/deleted")).status, 204);
    });
    assert.equal(deleted, 0);
  });
});

describe("a channel that is over", () => {
  const runtime = channelsWith();

  it("leaves no table, whether it is deleted or its alarm alone ends it", async () => {
    const tables = async (name) => {
      const storage = await runtime.storage(name);
      const all = await storage.exec("SELECT name FROM sqlite_master");
      return all.filter(({ name }) => !name.startsWith("_cf_")).length; // those are the runtime's
    };
    for (const [name, ttl] of Object.entries({ deleted: {}, expired: { "Stream-TTL": "1" } })) {
      const headers = { "Content-Type": "application/json", ...ttl };
      assert.equal((await ask(runtime, "PUT", `/v1/stream/${name}`, { headers })).status, 201);
      await publish(runtime, name, JSON.stringify(Array(100).fill("x")));
      assert.ok((await tables(name)) > 0, "the look for tables means something");
    }
    assert.equal((await ask(runtime, "DELETE", "/v1/stream/deleted")).status, 204);
    assert.equal(await tables("deleted"), 0);
    // Nobody asks for it.
    await waitFor(async () => (await tables("expired")) === 0, { what: "the alarm's work", every: 200 });
  });
});
