// The runtime dies without a word, again and again, over the same storage.
//
// 3 kills each by default; EDGE_EVENTS_LONG=1 makes it 10.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  assertFollows,
  call,
  channelVars,
  Follower,
  LONG,
  ordinal,
  ours,
  post,
  protocol,
  readLog,
  untilReaders,
} from "../../support/channels-clients.mjs";
import { storageFor } from "../../support/channels-processes.mjs";
import { sleep, waitFor } from "../../support/client.mjs";
import { startRuntime } from "../../support/runtime.mjs";

const KILLS = LONG ? 10 : 3;
const BETWEEN_KILLS_MS = 600;
const vars = { ...channelVars, RETRY_MS: 100, CPU_BUDGET_MS: 300_000 };

/**
 * Publishes `rate` messages a second from several publishers that never repeat anything, kills the
 * runtime under them, and gives back what was sent and acknowledged, and the log.
 */
async function survive(test, { name, rate, followers }) {
  const persist = storageFor(test);
  let runtime = await startRuntime({ vars, persist });
  test.after(() => runtime.stop());
  const created = await call(runtime, "PUT", protocol(name), {
    headers: { "Content-Type": "application/json" },
  });
  assert.equal(created.status, 201, created.text);
  const all = Array.from({ length: followers }, () => new Follower(runtime, name, { query: "?offset=-1" }));
  test.after(() => all.map((follower) => follower.stop()));

  const PUBLISHERS = 4;
  const sent = [];
  const acknowledged = [];
  let lost = 0;
  let stopped = false;
  test.after(() => (stopped = true));
  const publisher = async (from) => {
    const every = (1000 * PUBLISHERS) / rate;
    let due = Date.now();
    while (!stopped) {
      due += every;
      if (due > Date.now()) await sleep(due - Date.now());
      else due = Date.now(); // what was missed while nobody answered is not made up for
      const message = `${from}-${sent.length}`;
      sent.push(message);
      try {
        const { status, text, offset } = await post(runtime, ours(name), JSON.stringify(message));
        assert.equal(status, 204, text);
        acknowledged.push({ message, offset });
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        if (error.cause?.code !== "ECONNREFUSED") lost += 1;
        await sleep(20);
      }
    }
  };
  const publishing = Promise.all(["a", "b", "c", "d"].map(publisher));
  publishing.catch(() => {});
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await Promise.race([
      untilReaders(runtime, name, followers).then(() => sleep(BETWEEN_KILLS_MS)),
      publishing,
    ]);
    await runtime.kill();
    runtime = await startRuntime({ vars, persist, port: runtime.port });
  }
  await sleep(BETWEEN_KILLS_MS);
  stopped = true;
  await publishing;
  const { messages: log, tail } = await readLog(runtime, name);
  test.diagnostic(
    `${log.length} messages, ${acknowledged.length} acknowledged, ${lost} answers lost in ${KILLS} kills`,
  );
  return { runtime, sent, acknowledged, log, tail, followers: all, lost };
}

function assertKept({ sent, acknowledged, log, tail }) {
  const places = new Map(log.map((message, k) => [message, k + 1]));
  assert.equal(places.size, log.length, "no message is there twice");
  assert.equal(ordinal(tail), log.length, "the last place is the number of messages");
  for (const { message, offset } of acknowledged) {
    assert.equal(places.get(message), ordinal(offset), `${message} is where its publisher was told`);
  }
  const known = new Set(sent);
  assert.deepEqual(
    log.filter((message) => !known.has(message)),
    [],
    "nothing that was not sent",
  );
}

describe("a crash", () => {
  it("fault 1: between commit and acknowledgement loses nothing that was acknowledged", async (test) => {
    const seen = await survive(test, { name: "open/crash", rate: 200, followers: 3 });
    assertKept(seen);
    for (const follower of seen.followers) {
      await follower.has(seen.log.length);
      assertFollows(
        follower,
        seen.log.map((message) => JSON.stringify(message)),
      );
    }
  });

  it("fault 2: under 50 followers gives each of them each message once", async (test) => {
    const seen = await survive(test, { name: "open/crowd", rate: 60, followers: 50 });
    assertKept(seen);
    const log = seen.log.map((message) => JSON.stringify(message));
    await waitFor(() => seen.followers.every(({ messages }) => messages.length >= log.length), {
      what: "all followers to have all messages",
      ceiling: 30_000,
    });
    for (const [k, follower] of seen.followers.entries()) {
      assertFollows(follower, log, { what: `follower ${k}` });
      assert.ok(follower.ended >= KILLS, `follower ${k}: ${follower.ended} streams ended`);
    }
  });
});
