// A panic of the wasm in each entry that a channel has. The runtime has one instance for the front and all
// objects, as it may be deployed: so every stream of the isolate ends, and its client comes back.
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { AUTHORIZED, ask, channelsWith, follow, messages, publish, ready } from "../../support/channels.mjs";
import { request, untilLive, waitFor } from "../../support/client.mjs";
import { root } from "../../support/runtime.mjs";

const entry = path.join(root, "tests/worker/channels/fixtures/panics.mjs");
const numbers = (stream) => stream.named("message").map(({ data }) => Number(data));

describe("fault 7: a panic", () => {
  const runtime = channelsWith({ RETRY_MS: 100, HEARTBEAT_MS: 1000 }, { entry, build: "build-panics" });
  const panicAt = (place) => request(runtime, { method: "POST", path: `/panic-at/${place}` });
  const panics = () => runtime.logs().filter(({ message }) => /panicked at/.test(message)).length;
  const published = async (name) => JSON.parse((await ask(runtime, "GET", `/channels/${name}`)).text);

  /** A reader's stream that a panic has ended, and what it gets when it comes back. */
  async function comesBack(stream, name, upTo) {
    await stream.finished();
    stream.leave();
    assert.equal(stream.complete, true, "the stream ended properly");
    const id = stream.reader.lastEventId;
    const again = follow(runtime, name, { headers: { "Last-Event-ID": id } });
    await waitFor(() => numbers(again).at(-1) === upTo, { what: `${upTo} to arrive` });
    again.leave();
    const all = [...numbers(stream), ...numbers(again)];
    assert.deepEqual(
      all,
      Array.from({ length: upTo }, (_, n) => n + 1),
    );
  }

  it("in a request: 500, nothing of it is written, and no reader misses or sees it", async () => {
    const reader = await ready(follow(runtime, "request"));
    await publish(runtime, "request", "1");
    await messages(reader, 1);
    const before = panics();
    await panicAt("request");
    const answer = await ask(runtime, "POST", "/channels/request", {
      headers: { "Content-Type": "application/json" },
      body: "666",
    });
    assert.equal(answer.status, 500);
    assert.match(answer.headers["content-type"], /problem\+json/);
    assert.equal(panics(), before + 1);
    await publish(runtime, "request", "2");
    assert.deepEqual(await published("request"), [1, 2]);
    await comesBack(reader, "request", 2);
  });

  it("in a reader's opening, at the object and at the front: it is told to come back or gets a 500", async () => {
    await publish(runtime, "opening", "1");
    for (const [place, status] of [
      ["follow", 200],
      ["stream", 500],
    ]) {
      await panicAt(place);
      const stream = await follow(runtime, "opening").finished();
      stream.leave();
      assert.equal(stream.status, status, String(place));
      if (status === 200) assert.equal(stream.named("overload").length, 1);
    }
    const stream = follow(runtime, "opening", { query: "?offset=-1" });
    assert.deepEqual(await messages(stream, 1), ["1"]);
    stream.leave();
  });

  it("in a message of a reader that catches up: it is caught up in the end", async () => {
    const big = JSON.stringify("x".repeat(100_000));
    for (let n = 0; n < 20; n += 1) await publish(runtime, "message", big);
    const before = panics();
    await panicAt("message");
    // Much more is missing than fits into the first frame: the front asks for the rest.
    const stream = follow(runtime, "message", { query: "?offset=-1" });
    let had = 0;
    const seen = [];
    const id = () => stream.reader.lastEventId;
    await waitFor(() => panics() > before, { what: "the panic" });
    await waitFor(() => stream.complete || stream.named("message").length === 20, { what: "an end" });
    seen.push(...stream.named("message").map(({ lastEventId }) => lastEventId));
    had = seen.length;
    stream.leave();
    if (had < 20) {
      const again = follow(runtime, "message", { headers: { "Last-Event-ID": id() } });
      await messages(again, 20 - had);
      seen.push(...again.named("message").map(({ lastEventId }) => lastEventId));
      again.leave();
    }
    const ordinals = seen.map((each) => Number(each.split("_")[1]));
    assert.deepEqual(
      ordinals,
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
  });

  it("in the alarm: the runtime tries again, and the channel expires", async () => {
    const before = panics();
    await ask(runtime, "PUT", "/v1/stream/alarm", {
      headers: { "Content-Type": "application/json", "Stream-TTL": "1" },
    });
    await panicAt("alarm");
    await waitFor(() => panics() > before, { what: "the panic" });
    assert.equal((await ask(runtime, "GET", "/v1/stream/alarm?offset=-1")).status, 404);
    const stream = await ready(follow(runtime, "alarm"));
    assert.equal(JSON.parse(stream.named("ready")[0].data).exists, false);
    stream.leave();
  });

  it("anywhere: a long-poll and a socket that closes get over it", async () => {
    await publish(runtime, "others", "1");
    const reader = follow(runtime, "others", { query: "?offset=-1" });
    await messages(reader, 1);
    const { headers } = await ask(runtime, "HEAD", "/v1/stream/others");
    const poll = ask(
      runtime,
      "GET",
      `/v1/stream/others?live=long-poll&offset=${headers["stream-next-offset"]}`,
    );
    await waitFor(
      async () => (await ask(runtime, "HEAD", "/v1/stream/others")).headers["stream-readers"] === "2",
    );
    await panicAt("request");
    assert.equal((await ask(runtime, "HEAD", "/v1/stream/others", { headers: AUTHORIZED })).status, 500);
    await publish(runtime, "others", "2");
    const answer = await poll;
    await comesBack(reader, "others", 2);
    assert.deepEqual([answer.status, answer.text], [200, "[2]"]);
    await untilLive(runtime, 0);
    const readers = async () => (await ask(runtime, "HEAD", "/v1/stream/others")).headers["stream-readers"];
    await waitFor(async () => (await readers()) === "0", { what: "no socket to be left" });
  });
});
