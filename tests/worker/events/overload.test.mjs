// A full isolate turns clients away in a form that they survive.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EventSource } from "eventsource";
import { open, request, untilLive, waitFor } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";

/** Takes all ten places until the test is over. */
async function fill(runtime, test) {
  const inside = Array.from({ length: 10 }, () => open(runtime, { path: "/events?interval=100" }));
  test.after(async () => {
    inside.forEach((stream) => stream.reset());
    await untilLive(runtime, 0);
  });
  await Promise.all(inside.map((stream) => stream.hasTicks(1)));
  return inside;
}

const problem = {
  status: 503,
  title: "Service Unavailable",
  detail: "As many streams are open as this server allows. Try again later.",
};

describe("with MAX_STREAMS live streams", () => {
  const runtime = runtimeWith({ MAX_STREAMS: 10, OVERLOAD_RETRY_MS: 300 });

  it("a client that asks for an event stream by name gets a retry, an event and the end", async (test) => {
    const inside = await fill(runtime, test);

    for (const accept of ["text/event-stream", "text/html, text/event-stream;q=0.5", "TEXT/EVENT-STREAM"]) {
      const stream = await open(runtime, { headers: { Accept: accept } }).finished();
      stream.leave();
      assert.equal(stream.status, 200);
      assert.equal(stream.headers["content-type"], "text/event-stream");
      assert.match(stream.text, /^retry: [0-9]+\nevent: overload\n(id: [0-9]+\n)?data: [^\n]+\n\n$/);
      assert.equal(stream.complete, true);
      assert.deepEqual(
        stream.reader.events.map(({ type }) => type),
        ["overload"],
      );
    }

    for (const accept of ["*/*", "text/*", undefined]) {
      const answer = await request(runtime, { path: "/events", headers: { Accept: accept } });
      assert.equal(answer.status, 503);
      assert.match(answer.headers["retry-after"], /^[1-9][0-9]*$/);
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.deepEqual(answer.json(), problem);
    }

    assert.equal((await request(runtime, { path: "/" })).status, 200, "the site is still served");
    assert.ok(
      inside.every((stream) => !stream.complete && !stream.closed),
      "those inside are left alone",
    );
  });

  it("the 11th EventSource gets in by itself when there is room", async (test) => {
    const inside = await fill(runtime, test);

    const source = new EventSource(`${runtime.url}/events?interval=100`);
    let turnedAway = 0;
    let ticks = 0;
    source.addEventListener("overload", () => (turnedAway += 1));
    source.onmessage = () => (ticks += 1);
    try {
      await waitFor(() => turnedAway >= 2, { what: "the 11th to be turned away twice" });
      assert.equal(ticks, 0);
      inside[4].leave();
      await waitFor(() => ticks >= 3, { what: "the 11th to get ticks" });
      assert.equal(source.readyState, EventSource.OPEN);
    } finally {
      source.close();
    }
  });

  it("exactly as many get in as there is room for, when five times as many come at once", async () => {
    const all = Array.from({ length: 50 }, () => open(runtime, { path: "/events?interval=100" }));
    await Promise.all(all.map((stream) => stream.until(({ reader }) => reader.events.length > 0)));
    const kinds = all.map((stream) => stream.reader.events[0].type);
    all.forEach((stream) => stream.reset());
    await untilLive(runtime, 0);
    assert.equal(kinds.filter((type) => type === "message").length, 10);
    assert.equal(kinds.filter((type) => type === "overload").length, 40);
  });

  it("HEAD takes no place and is not turned away", async (test) => {
    await fill(runtime, test);
    assert.equal((await request(runtime, { method: "HEAD", path: "/events" })).status, 200);
  });
});

describe("a planned end", () => {
  const runtime = runtimeWith({ MAX_STREAMS: 2, MAX_STREAM_MS: 1000, OVERLOAD_RETRY_MS: 100 });

  it("makes room, without anybody leaving", async () => {
    const inside = [open(runtime), open(runtime)];
    await Promise.all(inside.map((stream) => stream.hasTicks(1)));
    await waitFor(
      async () => {
        const stream = await open(runtime).head();
        await stream.until(({ reader }) => reader.events.length > 0);
        stream.leave();
        return stream.ticks.length > 0;
      },
      { what: "a third client to get in", every: 100 },
    );
    inside.forEach((stream) => stream.leave());
  });
});

describe("EVENTS_ENABLED=false", () => {
  const runtime = runtimeWith({ EVENTS_ENABLED: "false" });

  it("answers 204, which stops an EventSource for good", async () => {
    const answer = await request(runtime, { path: "/events" });
    assert.equal(answer.status, 204);
    assert.equal(answer.text, "");
    assert.equal((await request(runtime, { method: "HEAD", path: "/events" })).status, 204);

    const source = new EventSource(`${runtime.url}/events`);
    try {
      await waitFor(() => source.readyState === EventSource.CLOSED, { what: "the EventSource to give up" });
    } finally {
      source.close();
    }
  });

  it("leaves the site and /health alone", async () => {
    assert.equal((await request(runtime, { path: "/" })).status, 200);
    assert.equal((await request(runtime, { path: "/health" })).json().live_streams, 0);
  });
});
