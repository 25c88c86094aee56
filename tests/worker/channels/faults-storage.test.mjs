// The channel's storage fails: the publisher is told, no reader sees what is not there, and it goes on.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import {
  assertFollows,
  call,
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
} from "../../support/channels-clients.mjs";
import { faultyWithTools, goWrong, runtimeWithFaults, seenBy } from "../../support/channels-faults.mjs";
import { request, sleep, waitFor } from "../../support/client.mjs";

const producer = (seq) => ({ "Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": String(seq) });
const quoted = (messages) => messages.map((message) => JSON.stringify(message));
const FULL = "database or disk is full: SQLITE_FULL";

const assertRefused = ({ status, text, headers }, expected) => {
  assert.ok(expected.includes(status), `${status} ${text}`);
  assert.match(headers.get("content-type"), /^application\/problem\+json/);
  assert.doesNotMatch(text, /SQLITE|Durable Object|constraint/, "what the runtime said goes no further");
};

describe("storage that fails", () => {
  const runtime = runtimeWithFaults({ HEARTBEAT_MS: 500, RETRY_MS: 100 });
  beforeEach(() => goWrong(runtime, { storage: null, alarms: 0, clock: 0 }));

  for (const followed of [true, false]) {
    it(`fault 5: a commit that fails is told to the publisher and shown to nobody${followed ? "" : " (no reader)"}`, async (test) => {
      const name = `open/commit-${followed}`;
      await publish(runtime, name, ["before"]);
      const followers = followed
        ? Array.from({ length: 3 }, () => new Follower(runtime, name, { query: "?offset=-1" }))
        : [];
      test.after(() => followers.map((follower) => follower.stop()));
      await Promise.all(followers.map((follower) => follower.has(1)));
      const { constructions } = await goWrong(runtime, { storage: "commit" });
      assertRefused(await post(runtime, ours(name), ["undone"]), [500, 503]);
      await goWrong(runtime, { storage: null });
      await publish(runtime, name, ["after"]);
      assert.ok((await seenBy(runtime)).constructions > constructions, "the runtime took the object away");
      for (const follower of followers) {
        await follower.has(2);
        assertFollows(follower, quoted(["before", "after"]));
      }
      assert.deepEqual((await readLog(runtime, name)).messages, ["before", "after"]);
    });
  }

  it("fault 6: an exception between two statements leaves neither message nor producer", async (test) => {
    const name = "open/between";
    assert.equal((await post(runtime, ours(name), ["one"], producer(0))).status, 201);
    const follower = new Follower(runtime, name, { query: "?offset=-1" });
    test.after(() => follower.stop());
    await follower.has(1);
    for (const statement of ["INTO producers", "INSERT INTO seg"]) {
      await goWrong(runtime, { storage: { statement, message: "interrupted" } });
      const answer = await post(runtime, ours(name), ["undone"], producer(1));
      await goWrong(runtime, { storage: null });
      assertRefused(answer, [500, 503]);
    }
    const again = await post(runtime, ours(name), ["two"], producer(1));
    assert.equal(again.status, 200, "the repeat is new, for the producer's state was undone too");
    await follower.has(2);
    assertFollows(follower, quoted(["one", "two"]));
    assert.deepEqual((await readLog(runtime, name)).messages, ["one", "two"]);
  });

  it("fault 15: storage that is full answers 507, appends nothing, and is read as before", async (test) => {
    const name = "open/full";
    await publish(runtime, name, ["one"]);
    const follower = new Follower(runtime, name, { query: "?offset=-1" });
    test.after(() => follower.stop());
    await follower.has(1);
    await goWrong(runtime, { storage: { statement: "INSERT", message: FULL } });
    for (let k = 0; k < 3; k += 1) assertRefused(await post(runtime, ours(name), ["too much"]), [507]);
    assert.deepEqual((await readLog(runtime, name)).messages, ["one"]);
    assert.equal((await head(runtime, name)).readers, 1);
    const another = await openView(runtime, name, { query: "?offset=-1" });
    await another.hasTicks(1);
    another.reset();
    await goWrong(runtime, { storage: null });
    await publish(runtime, name, ["two"]);
    await follower.has(2);
    assertFollows(follower, quoted(["one", "two"]));
  });

  it("fault 16: an alarm that throws once is repeated, and then nothing is left", async () => {
    const name = "alarm";
    const created = await call(runtime, "PUT", protocol(name), {
      headers: { ...JSON_TYPE, "Stream-TTL": "1" },
    });
    assert.equal(created.status, 201, created.text);
    await publish(runtime, name, ["short-lived"]);
    const { alarms } = await goWrong(runtime, { alarms: 1 });
    await waitFor(async () => (await seenBy(runtime)).alarms >= alarms + 2, {
      what: "the alarm to be repeated",
      ceiling: 20_000,
      every: 200,
    });
    assert.equal((await head(runtime, name)).status, 404);
    const again = await call(runtime, "PUT", protocol(name), { headers: JSON_TYPE });
    assert.equal(again.status, 201, "the name is free");
    assert.deepEqual((await readLog(runtime, name)).messages, []);
  });

  it("fault 17: a clock that is set back gives greater offsets all the same", async () => {
    const name = "clock";
    const offsets = [await publish(runtime, name, ["one"])];
    await goWrong(runtime, { clock: -86_400_000 });
    offsets.push(await publish(runtime, name, ["two"]));
    assert.equal((await call(runtime, "DELETE", protocol(name))).status, 204);
    offsets.push(await publish(runtime, name, ["three"]));
    await goWrong(runtime, { clock: -2 * 86_400_000 });
    assert.equal((await call(runtime, "DELETE", protocol(name))).status, 204);
    assert.equal((await call(runtime, "PUT", protocol(name), { headers: JSON_TYPE })).status, 201);
    offsets.push(await publish(runtime, name, ["four"]));
    assert.deepEqual(offsets, [...offsets].sort());
    assert.equal(new Set(offsets.map(generation)).size, 3, `three lives: ${offsets}`);
    assert.deepEqual(offsets.map(ordinal), [1, 2, 1, 1]);
    const old = await call(runtime, "GET", `${protocol(name)}?offset=${offsets[1]}`);
    assert.equal(old.status, 410, old.text);
  });

  it("fault 20: an instance that lost its storage leaves no reader in silence", async (test) => {
    const name = "open/replaced";
    await publish(runtime, name, ["one"]);
    const follower = new Follower(runtime, name, { query: "?offset=-1" });
    test.after(() => follower.stop());
    await follower.has(1);
    await goWrong(runtime, { storage: "throw" });
    assertRefused(await post(runtime, ours(name), ["nobody takes it"]), [500, 503]);
    // Whoever comes now is told to come back, and hangs on nothing.
    const path = `${protocol(name)}?offset=-1`;
    assert.ok([500, 503].includes((await call(runtime, "GET", path)).status));
    assert.ok([500, 503].includes((await call(runtime, "GET", `${path}&live=sse`)).status));
    const view = openView(runtime, name);
    await view.finished();
    assert.equal(view.status, 200, view.text);
    assert.deepEqual(
      view.reader.events.map(({ type }) => type),
      ["overload"],
      view.text,
    );
    await sleep(1000);
    await goWrong(runtime, { storage: null });
    await publish(runtime, name, ["two"]);
    await follower.has(2);
    assertFollows(follower, quoted(["one", "two"]));
    assert.equal((await request(runtime, { path: "/health" })).status, 200);
  });
});

describe("a database that may have 40 pages", () => {
  const runtime = runtimeWithFaults({ HEARTBEAT_MS: 500, RETRY_MS: 100 }, { adapt: faultyWithTools });

  it("fault 15: is really full: 507, nothing appended, read as before, and what fits still goes in", async (test) => {
    const name = "open/really-full";
    const log = ["one"];
    await publish(runtime, name, ["one"]);
    const follower = new Follower(runtime, name, { query: "?offset=-1" });
    test.after(() => follower.stop());
    await follower.has(1);
    await goWrong(runtime, { pages: 40 });
    let refusals = 0;
    for (let k = 0; k < 30 && refusals < 3; k += 1) {
      const message = `${k} ${"x".repeat(20_000)}`;
      const answer = await post(runtime, ours(name), [message], producer(k - refusals));
      if (answer.status === 200) log.push(message);
      else {
        assertRefused(answer, [507]);
        refusals += 1;
      }
      const there = (await readLog(runtime, name)).messages;
      assert.deepEqual(there, log);
    }
    assert.equal(refusals, 3);
    assert.ok(log.length > 3, `${log.length} messages fitted`);
    await goWrong(runtime, { pages: 1000 });
    log.push("the last");
    await publish(runtime, name, ["the last"]);
    await follower.has(log.length);
    assertFollows(follower, quoted(log));
  });
});
