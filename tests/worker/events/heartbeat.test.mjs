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
    await stream.until(({ ticks, reader }) => ticks.length >= 4 && reader.comments.length >= 6);
    stream.leave();
    const whole = stream.text.slice(0, stream.text.lastIndexOf("\n\n") + 2);
    assert.match(whole, /^retry: [0-9]+\n(id: [0-9]+\ndata: [^\n]+\n\n(:\n)*)+$/);
    assert.ok(stream.reader.comments.every(({ insideBlock }) => !insideBlock));
  });

  // However late the timers fire: a tick that is due goes before a heartbeat that is due.
  it("is put off by data: 1,000 ms of quiet hold three of 300 ms, never four", async () => {
    const stream = open(slow, { path: "/events?interval=1000" });
    await stream.until(({ ticks, reader }) => ticks.length >= 4 && reader.comments.length >= 6);
    stream.leave();
    const between = stream.text.split(/id: [0-9]+\ndata: [^\n]+\n\n/).slice(1, -1);
    for (const heartbeats of between) assert.match(heartbeats, /^(:\n){0,3}$/);
    assert.ok(between.includes(":\n:\n:\n"), `no quiet held three: ${JSON.stringify(between)}`);
  });

  it("is silent where ticks come more often", async () => {
    const stream = await open(lazy, {
      path: `/events?interval=100&last_event_id=${latestTick(100)}`,
    }).hasTicks(30);
    stream.leave();
    assert.deepEqual(stream.reader.comments, []);
  });
});
