// What a channel no longer has, its readers are told exactly.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  AUTHORIZED,
  assertFollows,
  at,
  call,
  channelVars,
  Follower,
  generation,
  head,
  JSON_TYPE,
  openView,
  ordinal,
  ours,
  post,
  protocol,
  publish,
  readLog,
  START,
} from "../../support/channels-clients.mjs";
import { open, sleep, waitFor } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const BOUND = 65_536; // the least that may be set
const PAGE = 4096;
const KIB = "x".repeat(1000);
/** Messages of about a kilobyte, from number `from` on. */
const numbered = (from, count) => Array.from({ length: count }, (_, k) => ({ n: from + k, KIB }));
const numbers = (messages) => messages.map(({ n }) => n);
const range = (from, end) => Array.from({ length: end - from }, (_, k) => from + k);

async function publishEach(runtime, name, from, count) {
  let offset;
  for (const message of numbered(from, count)) offset = await publish(runtime, name, [message]);
  return offset;
}

describe("a channel that drops its oldest", () => {
  const runtime = runtimeWith({
    ...channelVars,
    MAX_CHANNEL_BYTES: BOUND,
    MAX_CHUNK_BYTES: PAGE,
    RETRY_MS: 100,
    // A stream that ends at its CPU limit is away for as long as it takes to fill so small a log.
    CPU_BUDGET_MS: 30_000,
  });

  it("fault 13: tells a client that was away exactly how many it cannot have any more", async (test) => {
    const name = "open/away";
    await publishEach(runtime, name, 1, 5);
    const first = new Follower(runtime, name, { query: "?offset=-1" });
    await first.has(5);
    await first.stop();
    const tail = await publishEach(runtime, name, 6, 195);
    assert.equal(ordinal(tail), 200);

    const again = new Follower(runtime, name, { lastEventId: first.lastEventId });
    test.after(() => again.stop());
    await waitFor(() => again.ids.at(-1) === tail, { what: "the last message" });
    assert.equal(again.gaps.length, 1);
    const [{ after, resumed_at, missed, reason }] = again.gaps;
    assert.equal(after, first.lastEventId);
    assert.equal(reason, "trimmed");
    assert.equal(missed, ordinal(resumed_at) - 5);
    const there = range(ordinal(resumed_at) + 1, 201);
    assert.deepEqual(again.ids.map(ordinal), there);
    assert.deepEqual(numbers(again.data.map((data) => JSON.parse(data))), there);
    const kept = there.length * 1010;
    assert.ok(kept <= BOUND && kept >= BOUND / 2, `${kept} bytes are kept of at most ${BOUND}`);
    test.diagnostic(`${missed} missed, ${there.length} kept`);

    // From the start means from the earliest that there is, and misses nothing.
    const fromStart = new Follower(runtime, name, { query: "?offset=-1" });
    test.after(() => fromStart.stop());
    await waitFor(() => fromStart.ids.at(-1) === tail, { what: "the last message" });
    assert.deepEqual(fromStart.ids, again.ids);
    assert.deepEqual(fromStart.gaps, []);
    assert.deepEqual(numbers((await readLog(runtime, name)).messages), there);
  });

  it("fault 13: answers 410 to a reader of the protocol whose next page was dropped", async () => {
    const name = "page";
    await publishEach(runtime, name, 1, 40);
    const page = await call(runtime, "GET", `${protocol(name)}?offset=-1`);
    assert.equal(page.headers["stream-up-to-date"], undefined, "there is more");
    const next = page.headers["stream-next-offset"];
    assert.deepEqual(numbers(page.json()), range(1, ordinal(next) + 1));
    await publishEach(runtime, name, 41, 100);
    for (const query of ["", "&live=long-poll", "&live=sse"]) {
      const gone = await call(runtime, "GET", `${protocol(name)}?offset=${next}${query}`);
      assert.equal(gone.status, 410, `${query} ${gone.text}`);
      assert.equal(gone.headers["content-type"], "application/problem+json");
    }
    assert.equal((await call(runtime, "GET", `${protocol(name)}?offset=${START}`)).status, 410);
    const { messages } = await readLog(runtime, name);
    assert.deepEqual(numbers(messages), range(messages[0].n, 141));
    // The place before the earliest is no loss.
    const edge = await call(runtime, "GET", `${protocol(name)}?offset=${at(next, messages[0].n - 1)}`);
    assert.equal(edge.status, 200);
    assert.equal(edge.json()[0].n, messages[0].n);
    const beyond = await call(runtime, "GET", `${protocol(name)}?offset=${at(next, messages[0].n - 2)}`);
    assert.equal(beyond.status, 410);
  });

  it("never drops what a follower that reads has yet to get", async (test) => {
    const name = "open/reading";
    await publishEach(runtime, name, 1, 1);
    const follower = new Follower(runtime, name, { query: "?offset=-1" });
    test.after(() => follower.stop());
    await follower.has(1);
    await publishEach(runtime, name, 2, 300);
    await follower.has(301);
    const log = numbered(1, 301).map((message) => JSON.stringify(message));
    assertFollows(follower, log);
  });
});

describe("a channel that drops what is old", () => {
  const runtime = runtimeWith({ ...channelVars, MAX_CHANNEL_AGE_S: 1, RETRY_MS: 100 });

  it("forgets by age, without a publish, and tells so", async () => {
    const name = "open/age";
    await publish(runtime, name, [{ n: 1 }]);
    const tail = await publish(runtime, name, [{ n: 2 }, { n: 3 }]);
    assert.deepEqual(numbers((await readLog(runtime, name)).messages), [1, 2, 3]);
    await waitFor(
      async () => (await call(runtime, "GET", `${protocol(name)}?offset=${START}`)).status === 410,
      {
        what: "the old to be gone",
        every: 100,
      },
    );
    const { messages, tail: after } = await readLog(runtime, name);
    assert.deepEqual(messages, []);
    assert.equal(after, tail, "the place is as it was");
    const view = openView(runtime, name, { headers: { "Last-Event-ID": at(tail, 1) } });
    await view.until(() => view.named("gap").length > 0);
    view.reset();
    assert.deepEqual(JSON.parse(view.named("gap")[0].data), {
      after: at(tail, 1),
      resumed_at: tail,
      missed: 2,
      reason: "trimmed",
    });
    const next = await publish(runtime, name, [{ n: 4 }]);
    assert.equal(ordinal(next), 4, "and it counts on");
  });
});

describe("a channel that is deleted and made again", () => {
  const runtime = runtimeWith({ ...channelVars, RETRY_MS: 100 });

  it("fault 14: never gives its readers the other's data, whatever place or tag they come with", async (test) => {
    const name = "open/again";
    await publish(runtime, name, ["one"]);
    const old = await publish(runtime, name, ["two"]);
    const before = await call(runtime, "GET", protocol(name));
    assert.equal(before.status, 200);
    assert.ok(before.headers.etag);
    const view = new Follower(runtime, name, { query: "?offset=-1" });
    test.after(() => view.stop());
    await view.has(2);
    const stream = open(runtime, { path: `${protocol(name)}?offset=${old}&live=sse`, headers: AUTHORIZED });
    const poll = open(runtime, {
      path: `${protocol(name)}?offset=${old}&live=long-poll`,
      headers: AUTHORIZED,
    });
    await stream.head();
    await waitFor(async () => (await head(runtime, name)).readers >= 2, { what: "the readers to be there" });

    assert.equal((await call(runtime, "DELETE", protocol(name))).status, 204);
    await waitFor(() => view.rotations.some(({ reason }) => reason === "deleted"), {
      what: "the word to readers",
    });
    await stream.finished();
    await poll.finished();
    assert.equal(stream.named("data").length, 0);
    assert.equal(poll.status, 404, poll.text);
    assert.equal((await call(runtime, "GET", protocol(name))).status, 404);
    assert.equal((await call(runtime, "DELETE", protocol(name))).status, 404);

    // The same bytes at the same places, in another life.
    await publish(runtime, name, ["one"]);
    const now = await publish(runtime, name, ["two"]);
    assert.ok(generation(now) > generation(old));
    for (const query of ["", "&live=sse", "&live=long-poll"]) {
      assert.equal(
        (await call(runtime, "GET", `${protocol(name)}?offset=${old}${query}`)).status,
        410,
        query,
      );
    }
    const headers = { "If-None-Match": before.headers.etag };
    const after = await call(runtime, "GET", protocol(name), { headers });
    assert.equal(after.status, 200, "no 304 for the other's tag");
    const same = await call(runtime, "GET", protocol(name), {
      headers: { "If-None-Match": after.headers.etag },
    });
    assert.equal(same.status, 304);

    // The page was there all the time: it is told, and has the new one from its start.
    await view.has(4);
    assert.deepEqual(view.data, ['"one"', '"two"', '"one"', '"two"']);
    assert.deepEqual(view.ids.slice(2).map(ordinal), [1, 2]);
    assert.deepEqual(view.ids.slice(2).map(generation), [now, now].map(generation));
    // And so is one that comes back with the old id only now.
    const late = openView(runtime, name, { headers: { "Last-Event-ID": at(old, 1) } });
    await late.hasTicks(2);
    late.reset();
    const [gap] = late.named("gap").map(({ data }) => JSON.parse(data));
    assert.equal(gap.reason, "recreated");
    assert.equal(gap.after, at(old, 1));
    assert.equal(generation(gap.resumed_at), generation(now));
    assert.equal(gap.missed, null);
  });

  it("fault 14: an id that was never ours is a gap of unknown size, not an error", async () => {
    const name = "open/foreign";
    const tail = await publish(runtime, name, ["one"]);
    for (const id of ["17", "x", at(tail, 99)]) {
      const view = openView(runtime, name, { headers: { "Last-Event-ID": id } });
      await view.until(() => view.named("gap").length > 0, { what: `a gap after ${id}` });
      await publish(runtime, name, ["news"]);
      await view.hasTicks(1);
      view.reset();
      const gap = JSON.parse(view.named("gap")[0].data);
      assert.deepEqual([gap.reason, gap.missed], ["unknown", null], id);
    }
  });

  it("fault 15: takes a body and a name at the limit, and refuses one byte more", async () => {
    const text = { "Content-Type": "text/plain" };
    const LIMIT = 1_114_112;
    for (const name of ["a".repeat(256), "é".repeat(128)]) {
      const path = encodeURI(name);
      assert.equal((await post(runtime, ours(path), ["fits"])).status, 201);
      assert.deepEqual((await readLog(runtime, path)).messages, ["fits"]);
      assert.equal((await post(runtime, ours(`${path}b`), ["too long"])).status, 400);
    }
    assert.equal((await post(runtime, ours("limit"), "a".repeat(LIMIT), text)).status, 201);
    assert.equal((await post(runtime, ours("limit"), "a".repeat(LIMIT + 1), text)).status, 413);
    assert.equal((await post(runtime, ours("limit"), "b", text)).status, 204);
    const whole = [];
    for (let offset = "-1"; ; ) {
      const page = await call(runtime, "GET", `${protocol("limit")}?offset=${offset}`);
      whole.push(page.body);
      offset = page.headers["stream-next-offset"];
      if (page.headers["stream-up-to-date"]) break;
    }
    assert.ok(Buffer.concat(whole).equals(Buffer.from(`${"a".repeat(LIMIT)}b`)));
  });

  it("fault 16: that runs out under its readers tells them, and its name is free", async (test) => {
    const name = "open/ttl";
    const create = () =>
      call(runtime, "PUT", protocol(name), { headers: { ...JSON_TYPE, "Stream-TTL": "1" } });
    assert.equal((await create()).status, 201);
    await publish(runtime, name, ["one"]);
    const follower = new Follower(runtime, name, { query: "?offset=-1" });
    test.after(() => follower.stop());
    await follower.has(1);
    await waitFor(() => follower.rotations.length > 0, { what: "the word that it is over" });
    assert.equal(follower.rotations[0].reason, "deleted");
    await sleep(300); // it has come back by now, and waits for a channel that is not there
    assert.equal((await head(runtime, name)).status, 404);
    assert.equal((await create()).status, 201);
    await publish(runtime, name, ["two"]);
    await follower.has(2);
    assert.deepEqual(follower.data, ['"one"', '"two"']);
  });
});
