// What an EventSource reads of a channel, to the byte.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { anonymous, ask, channelsWith, follow, messages, publish, ready } from "../../support/channels.mjs";
import { untilLive, waitFor } from "../../support/client.mjs";

const TEXT = { "Content-Type": "text/plain" };
const BINARY = { "Content-Type": "application/octet-stream" };

const first = (at, tail = at, exists = true) =>
  `id: G_${at}\nevent: ready\ndata: {"after":"G_${at}","tail":"G_${tail}","exists":${exists}}\n\n`;

/** Follows until the text is this one, and leaves. */
async function reads(stream, expected) {
  await stream.until(() => anonymous(stream.text) === expected || stream.closed).catch(() => {});
  stream.leave();
  assert.equal(anonymous(stream.text), expected);
}

describe("the EventSource view", { concurrency: true }, () => {
  const runtime = channelsWith();

  it("begins now, with the place from which it delivers, and goes on with each message", async () => {
    await publish(runtime, "view/json", '{"n":1}');
    const stream = await ready(follow(runtime, "view/json"));
    assert.equal(stream.headers["content-type"], "text/event-stream");
    assert.match(stream.headers.vary, /Accept/);
    await publish(runtime, "view/json", '[{"n": 2}, "three"]');
    await reads(stream, `retry: N\n${first(1)}id: G_2\ndata: {"n":2}\n\nid: G_3\ndata: "three"\n\n`);
  });

  it("holds a channel open that is not there yet, writes nothing, and gives it from its first message", async () => {
    const stream = await ready(follow(runtime, "view/later"));
    assert.equal((await ask(runtime, "HEAD", "/v1/stream/view/later")).status, 404);
    await publish(runtime, "view/later", '"first"');
    await messages(stream, 1);
    const place = "0000000000000000_0000000000000000";
    const [{ data }, message] = stream.reader.events;
    assert.deepEqual(JSON.parse(data), { after: place, tail: place, exists: false });
    assert.equal(message.data, '"first"');
    assert.match(message.lastEventId, /_0000000000000001$/);
    stream.leave();
  });

  it("names an event as its publisher does", async () => {
    const stream = await ready(follow(runtime, "view/named"));
    await publish(runtime, "view/named", '{"state":"paid"}', { "Stream-Event": "order" });
    await messages(stream, 1);
    const { type, data } = stream.reader.events[1];
    assert.deepEqual([type, data], ["order", '{"state":"paid"}']);
    stream.leave();
  });

  it("gives text line by line, and other bytes in base64", async () => {
    await publish(runtime, "view/text", "one\r\ntwo\rthree\n", TEXT);
    const text = follow(runtime, "view/text", { query: "?offset=-1" });
    assert.deepEqual(await messages(text, 1), ["one\ntwo\nthree\n"]);
    text.leave();
    await publish(runtime, "view/bytes", "\u0000\u0001", BINARY);
    const bytes = follow(runtime, "view/bytes", { query: "?last=5" });
    assert.deepEqual(await messages(bytes, 1), ["AAE="]);
    assert.equal(bytes.headers["stream-sse-data-encoding"], "base64");
    bytes.leave();
  });

  it("goes on behind the id that the client has, by header and by query", async () => {
    const ids = [];
    for (const n of [1, 2, 3, 4]) ids.push(await publish(runtime, "view/resume", `${n}`));
    const expected = `retry: N\n${first(2, 4)}id: G_3\ndata: 3\n\nid: G_4\ndata: 4\n\n`;
    await reads(follow(runtime, "view/resume", { headers: { "Last-Event-ID": ids[1] } }), expected);
    await reads(follow(runtime, "view/resume", { query: `?last_event_id=${ids[1]}` }), expected);
    await reads(follow(runtime, "view/resume", { query: `?offset=${ids[1]}` }), expected);
    await reads(follow(runtime, "view/resume", { query: "?last=2" }), expected);
  });

  it("says of a place in a channel that was deleted and made again what is missing", async () => {
    const old = await publish(runtime, "view/again", "1");
    assert.equal((await ask(runtime, "DELETE", "/channels/view/again")).status, 204);
    await publish(runtime, "view/again", "2");
    const stream = follow(runtime, "view/again", { headers: { "Last-Event-ID": old } });
    assert.deepEqual(await messages(stream, 1), ["2"]);
    const [gap] = stream.named("gap").map(({ data }) => JSON.parse(data));
    assert.equal(gap.reason, "recreated");
    assert.equal(gap.after, old);
    assert.equal(stream.named("ready")[0].lastEventId, old, "a cut before the gap would lose nothing");
    assert.equal(stream.named("gap")[0].lastEventId, gap.resumed_at);
    stream.leave();
  });

  it("takes any id that is none of ours for unknown, and refuses a bad offset", async () => {
    await publish(runtime, "view/unknown", "1");
    const stream = await follow(runtime, "view/unknown", { headers: { "Last-Event-ID": "none of ours" } });
    await stream.until(() => stream.named("gap").length > 0);
    const gap = JSON.parse(stream.named("gap")[0].data);
    assert.deepEqual([gap.reason, gap.missed], ["unknown", null]);
    stream.leave();
    for (const query of ["?offset=x", "?last=0", "?last=1001"]) {
      const refusal = await ask(runtime, "GET", `/channels/view/unknown${query}`, {
        headers: { Accept: "text/event-stream" },
      });
      assert.equal(refusal.status, 400, query);
      assert.match(refusal.headers["content-type"], /problem\+json/);
    }
  });

  it("ends with `closed` behind the last message, and answers 204 to whoever comes back", async () => {
    const stream = await ready(follow(runtime, "view/closed"));
    const end = await publish(runtime, "view/closed", '"last"', { "Stream-Closed": "true" });
    await stream.finished();
    stream.leave();
    assert.equal(stream.complete, true);
    const names = stream.reader.events.map(({ type }) => type);
    assert.deepEqual(names, ["ready", "message", "closed"]);
    const again = await follow(runtime, "view/closed", { headers: { "Last-Event-ID": end } }).finished();
    again.leave();
    assert.equal(again.status, 204);
  });

  it("tells readers that their channel was deleted", async () => {
    await publish(runtime, "view/deleted", "1");
    const stream = await ready(follow(runtime, "view/deleted"));
    await ask(runtime, "DELETE", "/channels/view/deleted");
    await stream.finished();
    stream.leave();
    assert.equal(JSON.parse(stream.named("rotate")[0].data).reason, "deleted");
  });
});

describe("a channel's stream", () => {
  const runtime = channelsWith({ MAX_STREAM_MS: 1000, MAX_STREAMS: 2, RETRY_MS: 100 });

  it("ends by plan, and goes on from its id without a loss", async () => {
    const ids = [];
    let id = "";
    for (let n = 1; n <= 6; n += 1) {
      const stream = follow(runtime, "plan", {
        query: "?offset=-1",
        headers: { "Last-Event-ID": id || undefined },
      });
      await stream.head();
      await publish(runtime, "plan", `${n}`);
      await stream.finished();
      stream.leave();
      assert.deepEqual(JSON.parse(stream.named("rotate")[0].data).reason, "lifetime");
      ids.push(...stream.named("message").map(({ data }) => Number(data)));
      id = stream.reader.lastEventId;
    }
    assert.deepEqual(ids, [1, 2, 3, 4, 5, 6]);
  });

  it("counts with those of /events against MAX_STREAMS, and the next is told to come back", async () => {
    const inside = [follow(runtime, "full"), follow(runtime, "full", { query: "" })];
    await Promise.all(inside.map(ready));
    await untilLive(runtime, 2);
    const id = "0000000000000001_0000000000000001";
    const turnedAway = await follow(runtime, "full", { headers: { "Last-Event-ID": id } }).finished();
    assert.equal(turnedAway.status, 200);
    assert.equal(turnedAway.named("overload")[0].lastEventId, id);
    const protocol = await ask(runtime, "GET", "/v1/stream/full?live=sse&offset=-1");
    assert.equal(protocol.status, 503);
    assert.match(protocol.headers["retry-after"], /^\d+$/);
    const ticks = await ask(runtime, "GET", "/events", { headers: { Accept: "text/event-stream" } });
    assert.match(ticks.text, /event: overload/);
    for (const stream of inside) stream.reset();
    await untilLive(runtime, 0);
  });
});

describe("a channel with as many readers as it takes", () => {
  const runtime = channelsWith({ MAX_READERS: 1 });

  it("tells the next to come back", async () => {
    const inside = await ready(follow(runtime, "readers"));
    const next = await follow(runtime, "readers").finished();
    next.leave();
    assert.deepEqual([next.status, next.named("overload").length], [200, 1]);
    inside.leave();
  });
});

describe("readers that leave", () => {
  const runtime = channelsWith({ HEARTBEAT_MS: 500 });

  it("leave no stream and no socket behind, however they leave", async () => {
    const readers = async () => (await ask(runtime, "HEAD", "/channels/left")).headers["stream-readers"];
    await publish(runtime, "left", "1");
    const streams = await Promise.all(Array.from({ length: 50 }, () => ready(follow(runtime, "left"))));
    assert.equal(await readers(), "50");
    streams.forEach((stream, index) => (index % 2 ? stream.reset() : stream.leave()));
    await untilLive(runtime, 0);
    await waitFor(async () => (await readers()) === "0", { what: "no socket to be left" });
  });
});
