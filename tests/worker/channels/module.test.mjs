// The client module for channels against the real runtime: it needs no browser, for Node has all that it uses.
import assert from "node:assert/strict";
import http from "node:http";
import { describe, it } from "node:test";
import { follow, Producer } from "../../../public/channels.js";
import {
  AUTHORIZED,
  call,
  channelVars,
  head,
  ordinal,
  ours,
  protocol,
  publish,
  readLog,
  SECRET,
  untilReaders,
} from "../../support/channels-clients.mjs";
import { storageFor } from "../../support/channels-processes.mjs";
import { sleep, waitFor } from "../../support/client.mjs";
import { startRuntime } from "../../support/runtime.mjs";
import { runtimeWith } from "../../support/suite.mjs";
import { inSeconds, sign } from "../../support/tokens.mjs";

const tokenFor = (claims, secret = SECRET) => sign(claims, { secret });
const range = (from, end) => Array.from({ length: end - from }, (_, k) => from + k);

/** Follows a channel, alone unless told to share, and keeps all that it says. */
function listen(test, runtime, name, options = {}) {
  const own = new AbortController();
  test.after(() => own.abort());
  const channel = follow(`http://127.0.0.1:${runtime.port}${ours(name)}`, {
    shared: false,
    signal: own.signal,
    ...options,
  });
  const said = [];
  /** @type {(keyof import("../../../public/channels.js").Events)[]} */
  const types = ["state", "message", "gap", "closed", "rotate", "overload"];
  for (const type of types) channel.addEventListener(type, ({ detail }) => said.push({ type, ...detail }));
  const of = (type) => said.filter((news) => news.type === type);
  return {
    channel,
    said,
    of,
    values: () => of("message").map(({ value }) => value),
    states: () => of("state").map(({ state, reason }) => (reason ? `${state} ${reason}` : state)),
    live: () => waitFor(() => channel.state.state === "live", { what: "the connection" }),
    has: (count, options) =>
      waitFor(() => of("message").length >= count, { what: `${count} messages`, ...options }),
    stop: () => own.abort(),
  };
}

/** Publishes 0, 1, 2, ... until it is told to stop, each of them once. */
function publishing(runtime, name, every = 10) {
  let going = true;
  const done = (async () => {
    let count = 0;
    for (; going; count += 1) {
      await publish(runtime, name, [count]);
      await sleep(every);
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

describe("the client module follows a channel", () => {
  const vars = { RETRY_MS: 100, CPU_BUDGET_MS: 300_000, HEARTBEAT_MS: 1000 };
  const runtime = runtimeWith({ ...channelVars, ...vars });

  it("from where it is told, with values, names and places", async (test) => {
    const name = "open/from";
    const first = await publish(runtime, name, [{ n: 1 }, "two"]);
    await publish(runtime, name, [3], { "Stream-Event": "named" });
    const start = listen(test, runtime, name, { from: "start" });
    const last = listen(test, runtime, name, { from: { last: 2 } });
    const after = listen(test, runtime, name, { from: first });
    const now = listen(test, runtime, name);
    await start.has(3);
    await now.live();
    const tail = await publish(runtime, name, [4]);
    for (const one of [start, last, after, now]) {
      await waitFor(() => one.channel.lastEventId === tail, { what: "the last message" });
    }
    assert.deepEqual(start.values(), [{ n: 1 }, "two", 3, 4]);
    assert.deepEqual(last.values(), ["two", 3, 4]);
    assert.deepEqual(after.values(), [3, 4]);
    assert.deepEqual(now.values(), [4]);
    const [one, , three, four] = start.of("message");
    assert.deepEqual([one.event, three.event], ["message", "named"]);
    assert.deepEqual([one.replayed, four.replayed], [true, false]);
    assert.deepEqual([one.data, ordinal(four.id)], ['{"n":1}', 4]);
    assert.deepEqual(start.states(), ["live"]);
  });

  it("that is not there yet, and texts and bytes too", async (test) => {
    const text = listen(test, runtime, "open/text");
    await text.live();
    await publish(runtime, "open/text", "a line\nand another", { "Content-Type": "text/plain" });
    await text.has(1);
    assert.deepEqual(text.values(), ["a line\nand another"]);
    const headers = { "Content-Type": "application/octet-stream" };
    await publish(runtime, "open/bytes", new Uint8Array([0, 255, 10]), headers);
    const binary = listen(test, runtime, "open/bytes", { from: "start" });
    await binary.has(1);
    assert.deepEqual(binary.values(), [new Uint8Array([0, 255, 10])]);
  });

  it("by async iteration, until it is closed", async (test) => {
    const name = "open/iterated";
    await publish(runtime, name, [1, 2]);
    const { channel, of, states } = listen(test, runtime, name, { from: "start" });
    const seen = [];
    const reading = (async () => {
      for await (const { value } of channel) seen.push(value);
    })();
    await waitFor(() => seen.length === 2, { what: "two messages" });
    const tail = await publish(runtime, name, [3], { "Stream-Closed": "true" });
    await reading;
    assert.deepEqual(seen, [1, 2, 3]);
    assert.deepEqual(of("closed"), [{ type: "closed", tail }]);
    assert.deepEqual(states(), ["live", "stopped closed"]);
    // Who comes later, with all of it, hears at once that there is no more.
    const late = listen(test, runtime, name, { from: tail });
    await waitFor(() => late.channel.state.state === "stopped", { what: "the word of the end" });
    assert.deepEqual(late.states(), ["stopped closed"]);
    for await (const _ of late.channel) assert.fail("there is nothing more");
  });

  it("until its signal is aborted, also in the middle of an iteration", async (test) => {
    const name = "open/aborted";
    await publish(runtime, name, [1, 2, 3]);
    const { channel, stop, values } = listen(test, runtime, name, { from: "start" });
    for await (const { value } of channel) if (value === 2) stop();
    assert.deepEqual([channel.state.state, channel.state.reason], ["stopped", "aborted"]);
    assert.ok(values().length >= 2);
    await untilReaders(runtime, name, 0);
    await assert.rejects(channel.append(4), { name: "Unsent", value: 4 });
  });

  it("over a cut, and says that it was one", async (test) => {
    const name = "open/cut";
    const one = listen(test, runtime, name);
    await one.live();
    one.channel.cut(50);
    await publish(runtime, name, [1]);
    await one.has(1);
    assert.deepEqual(one.states(), ["live", "reconnecting cut", "live"]);
    assert.equal(one.of("message")[0].replayed, true);
  });

  it("and is refused in words where it may not", async (test) => {
    const one = listen(test, runtime, "secret");
    await waitFor(() => one.channel.state.state === "stopped", { what: "the refusal" });
    assert.deepEqual(one.states(), ["stopped refused"]);
    assert.equal(one.channel.state.status, 401);
    const bad = listen(test, runtime, "open/bad", { from: { last: 0 } });
    await waitFor(() => bad.channel.state.state === "stopped", { what: "the refusal" });
    assert.equal(bad.channel.state.status, 400);
  });
});

describe("the client module loses nothing", () => {
  it("over planned ends", async (test) => {
    const vars = { ...channelVars, RETRY_MS: 100, MAX_STREAM_MS: 1000 };
    const runtime = await startRuntime({ vars });
    test.after(() => runtime.stop());
    const one = listen(test, runtime, "open/planned");
    await one.live();
    const source = publishing(runtime, "open/planned", 5);
    await waitFor(() => one.of("rotate").length >= 4, { what: "four ends", ceiling: 30_000 });
    const count = await source.stop();
    await one.has(count);
    assert.deepEqual(one.values(), range(0, count));
    assert.deepEqual(one.of("gap"), []);
  });

  it("when the runtime is killed under it", async (test) => {
    const persist = storageFor(test);
    const vars = { ...channelVars, RETRY_MS: 100, CPU_BUDGET_MS: 300_000 };
    let runtime = await startRuntime({ vars, persist });
    test.after(() => runtime.stop());
    const { port } = runtime;
    const one = listen(test, runtime, "open/killed", { token: SECRET });
    await one.live();
    const appended = [];
    for (let kill = 0; kill < 3; kill += 1) {
      for (const value of range(kill * 20, kill * 20 + 10)) appended.push(one.channel.append(value));
      await sleep(30);
      await runtime.kill();
      // Typed while nobody is there.
      for (const value of range(kill * 20 + 10, kill * 20 + 20)) appended.push(one.channel.append(value));
      assert.ok(one.channel.unsent.length >= 10);
      runtime = await startRuntime({ vars, persist, port });
      await one.has((kill + 1) * 20, { ceiling: 40_000 });
    }
    const places = await Promise.all(appended);
    assert.deepEqual(one.values(), range(0, 60));
    assert.deepEqual((await readLog(runtime, "open/killed")).messages, range(0, 60));
    assert.equal(ordinal(places.at(-1)), 60);
    assert.deepEqual(one.channel.unsent, []);
  });

  it("and says exactly what is gone", async (test) => {
    const runtime = await startRuntime({ vars: { ...channelVars, MAX_CHANNEL_BYTES: 65_536 } });
    test.after(() => runtime.stop());
    const name = "open/trimmed";
    const first = await publish(runtime, name, [0]);
    for (const k of range(1, 41)) await publish(runtime, name, [{ k, text: "x".repeat(4000) }]);
    const one = listen(test, runtime, name, { from: first });
    await waitFor(() => one.values().at(-1)?.k === 40, { what: "the last" });
    const [{ after, missed, reason, resumed_at }] = one.of("gap");
    assert.deepEqual([after, reason, missed], [first, "trimmed", ordinal(resumed_at) - 1]);
    assert.equal(one.values()[0].k, missed + 1);
  });
});

describe("a token of the client module", () => {
  const runtime = runtimeWith({ ...channelVars, RETRY_MS: 100, CPU_BUDGET_MS: 300_000 });

  it("is renewed before it ends: no stream is ended by its end, and no message is lost", async (test) => {
    const name = "orders/42";
    const asked = [];
    const token = async () => {
      asked.push(Date.now());
      await sleep(20);
      return tokenFor({ exp: inSeconds(3), subscribe: ["orders/*"], publish: ["orders/*"] });
    };
    const one = listen(test, runtime, name, { token });
    await one.live();
    const source = publishing(runtime, name, 20);
    await waitFor(() => asked.length >= 4, { what: "four tokens", ceiling: 30_000 });
    const count = await source.stop();
    await one.has(count);
    assert.deepEqual(one.values(), range(0, count));
    assert.deepEqual(one.of("rotate"), []);
    assert.deepEqual(
      one.of("state").map(({ state }) => state),
      ["live"],
    );
    assert.equal((await one.channel.append("mine")).slice(-4), String(count + 1).padStart(4, "0"));
  });

  it("that is refused is asked for once more, and then it is over", async (test) => {
    let asked = 0;
    const token = () => {
      asked += 1;
      return tokenFor({ exp: inSeconds(60), subscribe: ["*"] }, "another secret, which is long enough");
    };
    const one = listen(test, runtime, "orders/1", { token });
    await waitFor(() => one.channel.state.state === "stopped", { what: "the refusal" });
    assert.deepEqual([one.channel.state.reason, one.channel.state.status], ["refused", 401]);
    assert.ok(asked <= 2, `${asked}`);
    await assert.rejects(one.channel.append(1), { name: "Unsent" });
  });

  it("that cannot be had is asked for again and again", async (test) => {
    let fails = true;
    const token = () => {
      if (fails) throw new Error("the back end is away");
      return SECRET;
    };
    const one = listen(test, runtime, "orders/2", { token });
    await waitFor(() => one.channel.state.reason === "token", { what: "word of it" });
    assert.equal(one.channel.state.state, "reconnecting");
    fails = false;
    await one.live();
  });
});

describe("what the client module publishes", () => {
  const runtime = runtimeWith({ ...channelVars, MAX_APPEND_BYTES: 2000, RETRY_MS: 100 });

  /** Something between the two that loses every other answer after the request went through. */
  async function lossy(test) {
    let count = 0;
    const server = http.createServer((request, response) => {
      const { method, headers, url: path } = request;
      const up = http.request({ port: runtime.port, method, path, headers }, (answer) => {
        count += 1;
        if (count % 2 === 1) return void answer.resume().on("end", () => request.socket.destroy());
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      request.pipe(up);
    });
    await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
    test.after(() => server.close());
    return { port: /** @type {any} */ (server.address()).port, count: () => count };
  }

  it("is stored once, in order, whatever happens to the answers", async (test) => {
    const proxy = await lossy(test);
    const producer = new Producer(`http://127.0.0.1:${proxy.port}${ours("once")}`, { token: SECRET });
    const first = producer.append(0, { event: "first" });
    const rest = range(1, 8).map((n) => producer.append({ n }));
    assert.equal(producer.unsent.length, 8);
    await Promise.all([first, ...rest]);
    const { messages } = await readLog(runtime, "once");
    assert.deepEqual(messages, [0, ...range(1, 8).map((n) => ({ n }))]);
    assert.equal(proxy.count(), 4, "two publishes, each sent twice");
  });

  it("is sent in portions that the server takes, and what it never takes is said", async () => {
    const producer = new Producer(`http://127.0.0.1:${runtime.port}${ours("portions")}`, { token: SECRET });
    const values = range(0, 10).map((n) => `${n} ${"x".repeat(500)}`);
    const small = values.map((value) => producer.append(value));
    const large = producer.append("y".repeat(3000));
    const after = producer.append("after");
    await assert.rejects(large, { name: "Unsent", status: 413, value: "y".repeat(3000) });
    await Promise.all([...small, after]);
    assert.deepEqual((await readLog(runtime, "portions")).messages, [...values, "after"]);
    await assert.rejects(producer.append(undefined), { name: "Unsent" });
    await assert.rejects(producer.append("x", { event: "a name with spaces" }), { status: 400 });
    await producer.append("still going");
  });

  it("goes on in a channel that was deleted and made again, and ends with one that is closed", async () => {
    const url = `http://127.0.0.1:${runtime.port}${ours("again")}`;
    const producer = new Producer(url, { token: SECRET });
    await producer.append(1);
    await producer.append(2);
    assert.equal((await call(runtime, "DELETE", protocol("again"))).status, 204);
    await producer.append(3);
    assert.deepEqual((await readLog(runtime, "again")).messages, [3]);
    const last = producer.append("last");
    await Promise.all([producer.close(), last, producer.close()]);
    const { messages, closed } = await readLog(runtime, "again");
    assert.deepEqual([messages, closed], [[3, "last"], true]);
    await assert.rejects(producer.append(4), { name: "Unsent", status: 409, value: 4 });
  });

  it("goes on after a reload for the producer before it, and what was on its way then is no second message", async () => {
    const url = `http://127.0.0.1:${runtime.port}${ours("reloaded")}`;
    const before = new Producer(url, { token: SECRET, id: "a page" });
    for (const word of ["one", "two", "three"]) await before.append(word);
    // It knew of two words when it was reloaded.
    const after = new Producer(url, { token: SECRET, id: "a page", seq: 2 });
    for (const word of ["three", "four"]) await after.append(word);
    assert.deepEqual((await readLog(runtime, "reloaded")).messages, ["one", "two", "three", "four"]);
  });

  it("may be text, one message each", async () => {
    const producer = new Producer(`http://127.0.0.1:${runtime.port}${ours("words")}`, {
      token: SECRET,
      contentType: "text/plain",
    });
    await Promise.all(["one ", "two ", "three"].map((word) => producer.append(word)));
    const { text } = await call(runtime, "GET", `${protocol("words")}?offset=-1`, { headers: AUTHORIZED });
    assert.equal(text, "one two three");
    assert.equal(ordinal((await head(runtime, "words")).tail), 3);
  });
});

describe("tabs of one origin that follow a channel", () => {
  const vars = { RETRY_MS: 100, CPU_BUDGET_MS: 300_000, HEARTBEAT_MS: 1000 };
  const runtime = runtimeWith({ ...channelVars, ...vars });

  it("have one connection, and each of them every message once, whoever leads", async (test) => {
    const name = "open/tabs";
    const source = publishing(runtime, name, 10);
    const all = [];
    for (const from of ["start", "start", "now", { last: 5 }, "start"]) {
      all.push(listen(test, runtime, name, { shared: true, from }));
      await sleep(150);
    }
    await waitFor(() => all.every(({ channel }) => channel.state.state === "live"), { what: "all live" });
    await untilReaders(runtime, name, 1, { what: "one connection" });
    assert.deepEqual(all.filter(({ channel }) => channel.leads).length, 1);
    for (let turn = 0; turn < 3; turn += 1) {
      const leader = all.find(({ channel }) => channel.leads);
      assert.ok(leader);
      all.splice(all.indexOf(leader), 1);
      leader.stop();
      await waitFor(() => all.some(({ channel }) => channel.leads), { what: "another leader" });
      await sleep(100);
    }
    const late = listen(test, runtime, name, { shared: true, from: "start" });
    all.push(late);
    await late.live();
    const count = await source.stop();
    for (const { values, of } of all) {
      await waitFor(() => values().at(-1) === count - 1, { what: "the last message" });
      const seen = values();
      assert.deepEqual(seen, range(seen[0], count));
      assert.deepEqual(of("gap"), []);
    }
    assert.equal(late.values()[0], 0);
    await untilReaders(runtime, name, 1);
  });

  it("that come later have what was there before, though nobody says anything then", async (test) => {
    const name = "open/quiet";
    await publish(runtime, name, range(0, 150));
    const all = [listen(test, runtime, name, { shared: true, from: "start" })];
    await all[0].has(150);
    for (const from of ["start", { last: 20 }, { last: 1000 }, "now"]) {
      const late = listen(test, runtime, name, { shared: true, from });
      await late.live();
      all.push(late);
    }
    const [, start, some, most, now] = all;
    for (const { late, count } of [
      { late: start, count: 150 },
      { late: some, count: 20 },
      { late: most, count: 150 },
    ]) {
      await late.has(count);
      assert.deepEqual(late.values(), range(150 - count, 150));
    }
    assert.deepEqual(now.values(), []);
    await waitFor(async () => (await head(runtime, name)).readers === 1, { what: "one connection" });
    await publish(runtime, name, [150]);
    for (const { values } of all) {
      await waitFor(() => values().at(-1) === 150, { what: "the last message" });
    }
    assert.deepEqual(start.values(), range(0, 151));
    assert.deepEqual(now.values(), [150]);
  });

  it("are fifty, with one connection", async (test) => {
    const name = "open/fifty";
    const all = range(0, 50).map(() => listen(test, runtime, name, { shared: true }));
    await waitFor(() => all.every(({ channel }) => channel.state.state === "live"), { what: "all live" });
    await publish(runtime, name, ["to all"]);
    await waitFor(() => all.every(({ values }) => values().length === 1), { what: "all to have it" });
    assert.equal((await head(runtime, name)).readers, 1);
    await publish(runtime, name, ["the last"], { "Stream-Closed": "true" });
    await waitFor(() => all.every(({ channel }) => channel.state.reason === "closed"), { what: "the end" });
    for (const { values } of all) assert.deepEqual(values(), ["to all", "the last"]);
  });
});
