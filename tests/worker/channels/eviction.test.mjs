// A channel's object may be put to sleep or thrown away at any time: its readers know nothing of it.
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import {
  AUTHORIZED,
  assertFollows,
  channelVars,
  Follower,
  openView,
  ordinal,
  protocol,
  publish,
  untilReaders,
} from "../../support/channels-clients.mjs";
import { open, request, sleep, waitFor } from "../../support/client.mjs";
import { root } from "../../support/runtime.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const fixture = path.join(root, "tests/worker/channels/fixtures/counted.mjs");
const adapt = (options) => ({
  ...options,
  modules: [{ type: "ESModule", path: fixture }, ...options.modules],
});
const constructions = async (runtime) => (await request(runtime, { path: "/constructions" })).json();
const quoted = (messages) => messages.map((message) => JSON.stringify(message));

describe("an object that is evicted", () => {
  const HEARTBEAT_MS = 1000;
  const runtime = runtimeWith(
    { ...channelVars, HEARTBEAT_MS, RETRY_MS: 100, CPU_BUDGET_MS: 300_000 },
    { adapt },
  );

  for (const [what, webSockets] of [
    ["fault 3: with its sockets kept", "hibernate"],
    ["fault 4: with its sockets cut", "close"],
  ]) {
    it(`${what}: the same stream goes on, and misses nothing`, async (test) => {
      const name = `open/evicted-${webSockets}`;
      const log = ["one"];
      await publish(runtime, name, ["one"]);
      const followers = Array.from(
        { length: 10 },
        () => new Follower(runtime, name, { query: "?offset=-1" }),
      );
      test.after(() => followers.map((follower) => follower.stop()));
      const stream = open(runtime, { path: `${protocol(name)}?offset=-1&live=sse`, headers: AUTHORIZED });
      await Promise.all(followers.map((follower) => follower.has(1)));
      await untilReaders(runtime, name, 11);
      const before = await constructions(runtime);
      for (let k = 1; k <= 3; k += 1) {
        await runtime.evict(name, { webSockets });
        // At once, while the sockets of some are still being opened again.
        log.push(`after ${k}`);
        await publish(runtime, name, [`after ${k}`]);
        await Promise.all(followers.map((follower) => follower.has(log.length)));
      }
      assert.equal(await constructions(runtime), before + 3);
      for (const follower of followers) {
        assertFollows(follower, quoted(log));
        assert.equal(follower.ended, 0, "the first connection goes on");
      }
      await stream.until(
        () => stream.named("data").flatMap(({ data }) => JSON.parse(data)).length >= log.length,
      );
      assert.deepEqual(
        stream.named("data").flatMap(({ data }) => JSON.parse(data)),
        log,
      );
      stream.reset();
    });
  }

  it("sleeps under 200 silent readers, and one publish reaches them all", async (test) => {
    const READERS = 200;
    const name = "open/silent";
    const first = await publish(runtime, name, ["before"]);
    const views = Array.from({ length: READERS }, () => openView(runtime, name));
    test.after(() => views.map((view) => view.reset()));
    await Promise.all(views.map((view) => view.until(() => view.named("ready").length > 0)));
    const before = await constructions(runtime);
    let published = 1;
    // The runtime takes away an object that was idle for 10 s. Whether it has, only waking it tells.
    for (let tries = 1; (await constructions(runtime)) === before; tries += 1) {
      assert.ok(tries <= 3, "the object was never evicted");
      await sleep(12_000);
      await publish(runtime, name, [`silence ${tries}`]);
      published += 1;
    }
    const count = published - 1;
    await waitFor(() => views.every((view) => view.ticks.length >= count), {
      what: "all readers to have it",
    });
    for (const view of views) {
      assert.equal(view.closed, false);
      assert.deepEqual(
        view.ticks.map(({ lastEventId }) => ordinal(lastEventId)),
        Array.from({ length: count }, (_, k) => ordinal(first) + k + 1),
      );
      assert.ok(view.reader.comments.length >= 8, `${view.reader.comments.length} heartbeats`);
    }
    assert.equal(await constructions(runtime), before + 1, "one waking");
    test.diagnostic(`${READERS} readers through ${count} silence(s) of 12 s`);
  });
});
