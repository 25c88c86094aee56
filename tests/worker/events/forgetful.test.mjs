// Some clients take the id of each event for their last one, even where the event has none:
// Rust's eventsource-client does, and so does the loop that the README of httpx-sse shows.
// An event without an id, as the first of a connection, makes them forget where they were.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open } from "../../support/client.mjs";
import { latestTick, runtimeWith } from "../../support/suite.mjs";

/** Resumes after `last` and gives back the blocks of the whole connection, as sent. */
async function blocksOf(runtime, path, last) {
  const stream = await open(runtime, { path, headers: { "Last-Event-ID": last } }).finished();
  stream.leave();
  return stream.text.split(/(?<=\n\n)/).filter(Boolean);
}

describe("a client that comes back", { concurrency: true }, () => {
  const full = runtimeWith({ MAX_STREAMS: 1 });
  const brief = runtimeWith({ MAX_STREAM_MS: 1000, MAX_REPLAY_TICKS: 1 });

  it("is told its place again when it is turned away", async () => {
    const inside = await open(full, { path: "/events?interval=60000" }).hasTicks(1);
    const last = latestTick(100) - 1000;
    const [overload] = await blocksOf(full, "/events?interval=100", last);
    inside.reset();
    assert.match(overload, new RegExp(`^id: ${last}$`, "m"));
  });

  it("is told its place again by a goodbye before any tick", async () => {
    const last = latestTick(60_000);
    const blocks = await blocksOf(brief, "/events?interval=60000", last);
    const goodbye = blocks.at(-1) ?? "";
    assert.match(goodbye, /^event: rotate$/m);
    assert.match(goodbye, /^id: [0-9]+$/m);
  });

  it("is told its place again by a gap", async () => {
    const last = latestTick(100) - 1000;
    const [gap] = await blocksOf(brief, "/events?interval=100", last);
    assert.match(gap, /^event: gap$/m);
    assert.match(gap, new RegExp(`^id: ${last}$`, "m"));
  });
});
