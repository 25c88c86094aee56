// A permission that ends while its holder reads: the stream ends with it, by plan, and whoever has another
// one by then goes on without a loss.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EventSource } from "eventsource";
import { open, request, sleep, waitFor } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";
import { inSeconds, SECRET, sign } from "../../support/tokens.mjs";

const CHANNEL = "/channels/orders/42";
const JSON_TYPE = { "Content-Type": "application/json" };
const OWNER = { Authorization: `Bearer ${SECRET}` };

const tokenUntil = (exp) => sign({ exp, subscribe: ["orders/*"] });
const cookie = (token) => ({ Cookie: `__Host-edge-events=${token}` });
const bearer = (token) => ({ Authorization: `Bearer ${token}` });

const publish = (runtime, value, name = CHANNEL) =>
  request(runtime, {
    method: "POST",
    path: name,
    headers: { ...OWNER, ...JSON_TYPE },
    body: JSON.stringify(value),
  });

/** Publishes what `next` gives until it is told to stop; how many they were. */
function publisher(runtime, next, name) {
  let going = true;
  const done = (async () => {
    let count = 0;
    for (; going; count += 1) {
      const { status, text } = await publish(runtime, next(count), name);
      assert.ok([201, 204].includes(status), text);
      await sleep(20);
    }
    return count;
  })();
  return {
    stop() {
      going = false;
      return done;
    },
  };
}

describe("a token that ends", () => {
  const runtime = runtimeWith({
    CHANNELS_SECRET: SECRET,
    CPU_BUDGET_MS: 30_000,
    RETRY_MS: 100,
    LONG_POLL_MS: 60_000,
  });

  it("after 5 s ends its stream by plan, and an EventSource that has a fresh cookie loses nothing", async () => {
    // What a page's back end does: it sets a new cookie before the old one ends.
    let token = tokenUntil(inSeconds(5));
    const source = new EventSource(`http://127.0.0.1:${runtime.port}${CHANNEL}`, {
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...cookie(token) } }),
    });
    const values = [];
    const ends = [];
    let opened = 0;
    source.onopen = () => (opened += 1);
    source.onmessage = ({ data }) => values.push(JSON.parse(data));
    source.addEventListener("rotate", ({ data }) => {
      ends.push({ ...JSON.parse(data), at: Date.now() });
      token = tokenUntil(inSeconds(5));
    });
    try {
      await waitFor(() => opened === 1, { what: "the first connection" });
      const publishing = publisher(runtime, (count) => count);
      await waitFor(() => ends.length === 2, { what: "the ends of two tokens", ceiling: 30_000 });
      await waitFor(() => opened === 3, { what: "the third connection" });
      const count = await publishing.stop();
      await waitFor(() => values.length >= count, { what: "all that was published" });
      assert.deepEqual(
        values,
        Array.from({ length: count }, (_, value) => value),
      );
      assert.deepEqual(
        ends.map(({ reason }) => reason),
        ["token", "token"],
      );
    } finally {
      source.close();
    }
    const line = await waitFor(
      () => runtime.logs().find(({ message }) => message.includes('"reason":"token"')),
      { what: "its line in the log" },
    );
    assert.ok(!line.message.includes("orders"), line.message);
  });

  it("is the end of an EventSource that has no other: 401", async () => {
    const token = tokenUntil(inSeconds(2));
    const source = new EventSource(`http://127.0.0.1:${runtime.port}${CHANNEL}`, {
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...cookie(token) } }),
    });
    const codes = [];
    source.onerror = ({ code }) => codes.push(code);
    await waitFor(() => source.readyState === EventSource.CLOSED, {
      what: "the end of the EventSource",
      ceiling: 20_000,
    });
    assert.equal(codes.at(-1), 401);
  });

  it("ends the protocol's live read without an event that the protocol does not have", async () => {
    const exp = inSeconds(2);
    await publish(runtime, 0);
    const path = `/v1/stream/orders/42?offset=now&live=sse`;
    const stream = open(runtime, { path, headers: bearer(tokenUntil(exp)) });
    await stream.head();
    assert.equal(stream.status, 200);
    await stream.finished({ ceiling: 20_000 });
    assert.ok(stream.complete && Date.now() >= exp * 1000, "at its end, and properly");
    assert.deepEqual(stream.named("rotate"), []);
  });

  it("ends a long-poll's wait", async () => {
    const exp = inSeconds(2);
    await publish(runtime, 0);
    const path = `/v1/stream/orders/42?offset=now&live=long-poll`;
    const answer = await request(runtime, { path, headers: bearer(tokenUntil(exp)) });
    assert.equal(answer.status, 204, "the variable would have it wait for a minute");
    assert.ok(Date.now() >= exp * 1000);
  });

  it("says nothing of what is published after it", async () => {
    const name = "/channels/orders/late";
    const exp = inSeconds(3);
    const stream = open(runtime, { path: name, headers: cookie(tokenUntil(exp)) });
    await stream.until(({ reader }) => reader.events.length > 0, { what: "the place" });
    const publishing = publisher(runtime, Date.now, name);
    await stream.finished({ ceiling: 20_000 });
    await publishing.stop();
    const [rotate, ...others] = stream.reader.events.toReversed();
    assert.deepEqual([rotate.type, JSON.parse(rotate.data).reason], ["rotate", "token"]);
    const times = others.filter(({ type }) => type === "message").map(({ data }) => Number(data));
    assert.ok(times.length > 0);
    assert.deepEqual(
      times.filter((time) => time >= exp * 1000),
      [],
    );
  });

  it("is none for who reads by the secret", async () => {
    const name = "/channels/orders/secret";
    const stream = open(runtime, { path: name, headers: OWNER });
    await stream.until(({ reader }) => reader.events.length > 0, { what: "the place" });
    await publish(runtime, "it is there", name);
    await stream.until(({ text }) => text.includes("it is there"), { what: "the message" });
    const before = runtime.logs().length;
    stream.leave();
    await waitFor(() => runtime.logs().length > before, { what: "its line in the log" });
    assert.match(runtime.logs().at(-1).message, /"reason":"client_left"/);
  });
});
