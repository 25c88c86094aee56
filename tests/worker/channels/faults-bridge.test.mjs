// What goes wrong between the Worker that holds a reader's stream and the channel's object.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import {
  AUTHORIZED,
  assertFollows,
  call,
  Follower,
  openView,
  ours,
  post,
  protocol,
  publish,
  readLog,
} from "../../support/channels-clients.mjs";
import { goWrong, runtimeWithFaults, seenBy } from "../../support/channels-faults.mjs";
import { open, waitFor } from "../../support/client.mjs";

const quoted = (messages) => messages.map((message) => JSON.stringify(message));
const HEALTHY = { storage: null, object: null, times: 0, sockets: null };

describe("between front and object", () => {
  const HEARTBEAT_MS = 500;
  const runtime = runtimeWithFaults({ HEARTBEAT_MS, RETRY_MS: 100 });
  beforeEach(() => goWrong(runtime, HEALTHY));

  /** How many requests of this method reached the object, or its absence, during `scene`. */
  const asked = async (method, scene) => {
    const count = async () => (await seenBy(runtime)).requests[method] ?? 0;
    const before = await count();
    await scene();
    return (await count()) - before;
  };

  it("fault 18: an overloaded object is not asked again, and each kind of reader is told in its own way", async () => {
    const name = "overloaded";
    await publish(runtime, name, ["one"]);
    const wrong = () => goWrong(runtime, { object: "overloaded", times: 100 });
    for (const query of ["?offset=-1", "?offset=-1&live=sse", "?offset=-1&live=long-poll"]) {
      await wrong();
      const tries = await asked("GET", async () => {
        const answer = await call(runtime, "GET", `${protocol(name)}${query}`);
        assert.equal(answer.status, 503, answer.text);
        assert.match(answer.headers["retry-after"], /^[1-9][0-9]*$/);
        assert.equal(answer.headers["content-type"], "application/problem+json");
      });
      assert.equal(tries, 1, query);
    }
    await wrong();
    const view = openView(runtime, name);
    await view.finished();
    assert.equal(view.status, 200);
    assert.equal(view.complete, true);
    assert.deepEqual(
      view.reader.events.map(({ type }) => type),
      ["overload"],
    );
    assert.ok(view.reader.retries[0].value > 1000, view.text);
    await goWrong(runtime, HEALTHY);
    assert.deepEqual((await readLog(runtime, name)).messages, ["one"]);
  });

  it("fault 18: what may be tried again is, if it reads; a publish is sent once", async () => {
    const name = "retryable";
    await publish(runtime, name, ["one"]);
    await goWrong(runtime, { object: "retryable", times: 2 });
    const tries = await asked("GET", async () => {
      const answer = await call(runtime, "GET", `${protocol(name)}?offset=-1`);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.json(), ["one"]);
    });
    assert.equal(tries, 3);

    await goWrong(runtime, { object: "retryable", times: 100 });
    const bounded = await asked("GET", async () => {
      assert.equal((await call(runtime, "GET", `${protocol(name)}?offset=-1`)).status, 503);
    });
    assert.ok(bounded >= 2 && bounded <= 5, `${bounded} tries`);
    for (const object of ["overloaded", "retryable", "error"]) {
      await goWrong(runtime, { object, times: 1 });
      const sent = await asked("POST", async () => {
        const answer = await post(runtime, ours(name), ["lost"]);
        assert.equal(answer.status, 503, answer.text);
        assert.match(answer.headers.get("retry-after") ?? "", /^[1-9][0-9]*$/);
        assert.doesNotMatch(answer.text, /not there/, "the inside goes to the log");
      });
      assert.equal(sent, 1, object);
    }
    await goWrong(runtime, HEALTHY);
    assert.deepEqual((await readLog(runtime, name)).messages, ["one"]);
  });

  it("fault 21: frames of another version end the stream by plan, and it goes on with the next", async (test) => {
    for (const [what, sockets] of Object.entries({ version: { version: 2 }, kind: { kind: 99 } })) {
      const name = `open/newer-${what}`;
      await publish(runtime, name, ["one"]);
      const follower = new Follower(runtime, name, { query: "?offset=-1" });
      test.after(() => follower.stop());
      const stream = open(runtime, { path: `${protocol(name)}?offset=now&live=sse`, headers: AUTHORIZED });
      await follower.has(1);
      await stream.until(() => stream.named("control").length > 0);
      // Only the sockets that are open now speak so.
      await goWrong(runtime, { sockets: { ...sockets, upTo: (await seenBy(runtime)).opened } });
      await publish(runtime, name, ["two"]);
      await follower.has(2);
      await publish(runtime, name, ["three"]);
      await follower.has(3);
      assertFollows(follower, quoted(["one", "two", "three"]));
      assert.equal(follower.cuts, 0, "it was ended, not cut");
      assert.equal(follower.rotations.length, 1, what);
      await stream.finished();
      assert.equal(stream.complete, true);
      assert.deepEqual(stream.named("data"), [], "and nobody was shown such a frame");
      await goWrong(runtime, HEALTHY);
    }
  });

  it("fault 21: an object that is asked what it does not know answers, and lives on", async () => {
    const name = "open/older";
    await publish(runtime, name, ["one"]);
    const before = await seenBy(runtime);
    const target = `https://channel/follow${ours(name)}?`;
    for (const word of ["someday", "n someday", "n -1", "polled", "polled -1", "n 0_0 more", " ", "\u00e9"]) {
      const { status } = await askObject({ name, target, word });
      assert.ok(status >= 400 && status < 600, `${word}: ${status}`);
    }
    for (const text of [
      "z1",
      "",
      "r",
      "rx",
      "r-1",
      "r99999999999999999999999",
      "r1_2",
      "p ",
      "x".repeat(70_000),
    ]) {
      const { status, closed, messages } = await askObject({
        name,
        target,
        word: "n",
        text,
      });
      assert.equal(status, 101);
      assert.ok(closed || messages <= 1, `${text.slice(0, 30)}: ${messages} messages`);
    }
    await publish(runtime, name, ["two"]);
    assert.deepEqual((await readLog(runtime, name)).messages, ["one", "two"]);
    assert.equal((await seenBy(runtime)).constructions, before.constructions, "it is the same object");
  });

  it("fault 22: a socket that is silently dead is noticed within two heartbeats, and its reader sees nothing of it", async (test) => {
    const name = "open/dead";
    await publish(runtime, name, ["one"]);
    const followers = Array.from({ length: 3 }, () => new Follower(runtime, name, { query: "?offset=-1" }));
    test.after(() => followers.map((follower) => follower.stop()));
    await Promise.all(followers.map((follower) => follower.has(1)));
    const { opened } = await seenBy(runtime);
    await goWrong(runtime, { sockets: { swallow: true, upTo: opened } });
    await publish(runtime, name, ["two"]);
    for (const follower of followers) {
      await follower.has(2);
      assertFollows(follower, quoted(["one", "two"]));
      assert.equal(follower.ended, 0, "its one connection goes on");
    }
    const seen = await seenBy(runtime);
    assert.equal(seen.opened, opened + 3, "each was opened again once");
    assert.ok(seen.swallowed >= 3, `${seen.swallowed} messages were swallowed`);
    // At most two pings of each were lost before: the third would have been a heartbeat too late.
    assert.ok(seen.swallowed <= 3 * 3, `${seen.swallowed} messages were swallowed`);
  });

  it("fault 22: an object that cannot be reached again ends the stream by plan", async (test) => {
    const name = "open/unreachable";
    await publish(runtime, name, ["one"]);
    const follower = new Follower(runtime, name, { query: "?offset=-1" });
    test.after(() => follower.stop());
    await follower.has(1);
    const { opened } = await seenBy(runtime);
    await goWrong(runtime, { sockets: { swallow: true, upTo: opened }, object: "error", times: 1000 });
    await waitFor(() => follower.rotations.length === 1, { what: "the planned end" });
    assert.equal(follower.cuts, 0);
    await goWrong(runtime, HEALTHY);
    await publish(runtime, name, ["two"]);
    await follower.has(2, { ceiling: 60_000 });
    assertFollows(follower, quoted(["one", "two"]));
  });

  it("frames that come twice, or late, are shown once: a reader goes by its place", async (test) => {
    const name = "open/repeated";
    const log = ["one"];
    await publish(runtime, name, ["one"]);
    const followers = Array.from({ length: 3 }, () => new Follower(runtime, name, { query: "?offset=-1" }));
    test.after(() => followers.map((follower) => follower.stop()));
    await Promise.all(followers.map((follower) => follower.has(1)));
    const { opened } = await seenBy(runtime);
    await goWrong(runtime, { sockets: { repeat: true, upTo: opened } });
    for (let k = 2; k <= 20; k += 1) {
      log.push(`message ${k}`);
      await publish(runtime, name, [`message ${k}`]);
    }
    await Promise.all(followers.map((follower) => follower.has(log.length)));
    assert.ok((await seenBy(runtime)).repeated >= 3 * 19);
    await goWrong(runtime, HEALTHY);
    log.push("the last");
    await publish(runtime, name, ["the last"]);
    for (const follower of followers) {
      await follower.has(log.length);
      assertFollows(follower, quoted(log));
      assert.equal(follower.ended, 0);
    }
  });

  /** A request to the object as only a front makes it; `text` is sent over the socket that it gives. */
  const askObject = async (question) => {
    const answer = await fetch(`${runtime.url}/ask`, { method: "POST", body: JSON.stringify(question) });
    return answer.json();
  };
});
