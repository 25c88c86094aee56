// A comment now and then keeps proxies from cutting a quiet stream.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open } from "../../support/client.mjs";
import { latestTick, runtimeWith, withinOneMinute } from "../../support/suite.mjs";

describe("the heartbeat", { concurrency: true }, () => {
  const quick = runtimeWith({ HEARTBEAT_MS: 100 });
  const slow = runtimeWith({ HEARTBEAT_MS: 300 });
  const lazy = runtimeWith({ HEARTBEAT_MS: 1000 });

  it('is the line ":" after HEARTBEAT_MS without a byte, and nothing else', () =>
    withinOneMinute(async () => {
      const stream = open(quick, { path: "/events?interval=60000" });
      await stream.until(({ reader }) => reader.comments.length >= 10);
      stream.leave();
      assert.match(stream.text, /^retry: [0-9]+\nid: [0-9]+\ndata: [^\n]+\n\n(:\n)+$/);
      // Never more than the time that passed allows.
      const passed = Date.now() - stream.headAt;
      assert.ok(
        stream.reader.comments.length <= passed / 100 + 1,
        `${stream.reader.comments.length} in ${passed} ms`,
      );
    }));

  it("reaches a client whose first tick is far", () =>
    withinOneMinute(async (latest) => {
      const stream = open(quick, { path: "/events?interval=60000", headers: { "Last-Event-ID": latest } });
      await stream.until(({ reader }) => reader.comments.length >= 3);
      stream.leave();
      assert.match(stream.text, /^retry: [0-9]+\n(:\n)+$/);
    }));

  it("falls between events, never inside one", async () => {
    const stream = open(slow, { path: "/events?interval=1000" });
    await stream.hasTicks(4);
    stream.leave();
    const wholeBlocks = stream.text.replace(/^retry: [0-9]+\n/, "").slice(0, stream.text.lastIndexOf("\n\n"));
    assert.match(wholeBlocks, /^(id: [0-9]+\ndata: [^\n]+\n\n(:\n)*)+/);
    assert.ok(stream.reader.comments.length >= 3, `${stream.reader.comments.length} heartbeats`);
    assert.ok(stream.reader.comments.every(({ insideBlock }) => !insideBlock));
  });

  it("is put off by data: 1,000 ms of quiet hold three of 300 ms, not four", async () => {
    const stream = open(slow, { path: "/events?interval=1000" });
    await stream.hasTicks(4);
    stream.leave();
    const counts = stream.text.split(/id: [0-9]+\ndata: [^\n]+\n\n/).slice(1, -1);
    // The first quiet is shorter: a new client gets its first tick late.
    for (const between of counts.slice(1)) assert.match(between, /^(:\n){1,3}$/);
  });

  it("is silent where ticks come more often", async () => {
    const stream = await open(lazy, {
      path: `/events?interval=100&last_event_id=${latestTick(100)}`,
    }).hasTicks(30);
    stream.leave();
    assert.deepEqual(stream.reader.comments, []);
  });
});
