// What goes wrong between a channel and its publishers, and what they do to one another.
//
// 200 openings against publishers by default; EDGE_EVENTS_LONG=1 makes it 1000.
import assert from "node:assert/strict";
import net from "node:net";
import { describe, it } from "node:test";
import {
  assertFollows,
  call,
  channelVars,
  Follower,
  JSON_TYPE,
  LONG,
  openView,
  ordinal,
  ours,
  post,
  protocol,
  publish,
  readLog,
} from "../../support/channels-clients.mjs";
import { sleep, waitFor } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const vars = { ...channelVars, RETRY_MS: 100, CPU_BUDGET_MS: 300_000 };
const create = async (runtime, name) => {
  const { status, text } = await call(runtime, "PUT", protocol(name), { headers: JSON_TYPE });
  assert.equal(status, 201, text);
};
const producer = (id, epoch, seq) => ({
  "Producer-Id": id,
  "Producer-Epoch": String(epoch),
  "Producer-Seq": String(seq),
});
const quoted = (messages) => messages.map((message) => JSON.stringify(message));

/** Passes requests on, and cuts the first `cuts` connections as soon as their answer has come. */
async function listenAndCut(test, port, cuts) {
  let done = 0;
  const server = net.createServer((client) => {
    const upstream = net.connect(port, "127.0.0.1");
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    const cut = done < cuts;
    if (cut) done += 1;
    client
      .on("data", (bytes) => upstream.write(bytes))
      .on("error", end)
      .on("close", end);
    upstream
      .on("data", (bytes) => (cut ? end() : client.write(bytes)))
      .on("error", end)
      .on("close", end);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  test.after(() => server.close());
  const { port: own } = /** @type {net.AddressInfo} */ (server.address());
  return { port: own, cuts: () => done };
}

describe("publishers", () => {
  const runtime = runtimeWith(vars);

  it("fault 8: a lost answer and its repeat are one message with a producer, and two without", async (test) => {
    await create(runtime, "lost");
    const proxy = await listenAndCut(test, runtime.port, 4);
    const persistently = async (message, headers) => {
      for (let tries = 1; ; tries += 1) {
        try {
          const { status, text } = await post(proxy, ours("lost"), JSON.stringify(message), {
            ...headers,
            connection: "close",
          });
          assert.ok(status === 200 || status === 204, `${status} ${text}`);
          return { tries, status };
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
        }
      }
    };
    const first = await persistently("once", producer("p", 0, 0));
    const second = await persistently("as often as it was sent", {});
    const third = await persistently("once more", producer("p", 0, 1));
    assert.equal(proxy.cuts(), 4);
    assert.equal(first.tries + second.tries + third.tries, 3 + 4, "each cut cost one try");
    assert.equal(first.status, first.tries === 1 ? 200 : 204);
    const { messages } = await readLog(runtime, "lost");
    const repeated = Array.from({ length: second.tries }, () => "as often as it was sent");
    assert.deepEqual(messages, ["once", ...repeated, "once more"]);
  });

  it("fault 9: a hundred at once, and three producers of the past, give every reader one order", async (test) => {
    const name = "open/hundred";
    await create(runtime, name);
    const followers = Array.from({ length: 5 }, () => new Follower(runtime, name, { query: "?offset=-1" }));
    test.after(() => followers.map((follower) => follower.stop()));
    for (const id of ["x", "y", "z"]) {
      assert.equal((await post(runtime, ours(name), [`${id} of now`], producer(id, 5, 0))).status, 200);
    }
    const stale = ["x", "y", "z"].map(async (id) => {
      for (let k = 0; k < 10; k += 1) {
        const answer = await post(runtime, ours(name), [`${id} of the past`], producer(id, 4, k));
        assert.equal(answer.status, 403, answer.text);
        assert.equal(answer.headers.get("producer-epoch"), "5");
        assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
      }
    });
    const told = [];
    const publishers = Array.from({ length: 100 }, async (_, from) => {
      for (let k = 0; k < 5; k += 1)
        told.push([`${from}/${k}`, await publish(runtime, name, [`${from}/${k}`])]);
    });
    await Promise.all([...publishers, ...stale]);

    const { messages } = await readLog(runtime, name);
    assert.equal(messages.length, 503);
    for (const [message, offset] of told) assert.equal(messages[ordinal(offset) - 1], message);
    for (const follower of followers) {
      await follower.has(messages.length);
      assertFollows(follower, quoted(messages));
    }
  });

  it(`fault 10: ${LONG ? 1000 : 200} openings while others publish see no gap and nothing twice`, async (test) => {
    const OPENINGS = LONG ? 1000 : 200;
    const name = "open/race";
    await create(runtime, name);
    let stopped = false;
    test.after(() => (stopped = true));
    let count = 0;
    const began = Date.now();
    // Lists, so that a machine that is slow at publishing has a thousand messages a second too.
    const list = () => Array.from({ length: 10 }, () => `m${(count += 1)}`);
    const publishing = Array.from({ length: 8 }, async () => {
      while (!stopped) await publish(runtime, name, list());
    });
    await waitFor(() => count > 100, { what: "the first messages" });

    const views = [];
    const opened = async (k) => {
      const known = views.findLast(({ ids }) => ids.length > 0)?.ids.at(-1) ?? "";
      const queries = ["", "?offset=-1", "?offset=now", "?last=20", `?last_event_id=${known}`];
      const query = queries[k % queries.length];
      const stream = openView(runtime, name, { query, record: false });
      /** @type {any} */
      const view = { query, ids: [], data: [], stream };
      views.push(view);
      try {
        await stream.until(() => stream.named("message").length >= 25 || stream.closed, { ceiling: 30_000 });
      } finally {
        stream.reset();
      }
      const messages = stream.named("message");
      view.ids = messages.map(({ lastEventId }) => lastEventId);
      view.data = messages.map(({ data }) => data);
      view.after = JSON.parse(stream.named("ready")[0].data).after;
    };
    let next = 0;
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        while (next < OPENINGS) await opened((next += 1));
      }),
    );
    stopped = true;
    await Promise.all(publishing);
    const seconds = (Date.now() - began) / 1000;
    const { messages } = await readLog(runtime, name);
    const log = quoted(messages);
    test.diagnostic(
      `${log.length} messages, ${Math.round(log.length / seconds)} a second; ${views.length} openings`,
    );
    for (const { query, ids, data, after, stream } of views) {
      assert.deepEqual(stream.named("gap"), [], query);
      const first = ordinal(after);
      ids.forEach((id, k) => {
        assert.equal(ordinal(id), first + k + 1, `message ${k} behind ${after} of ${query}`);
        assert.equal(data[k], log[first + k], query);
      });
    }
  });

  it("fault 11: closing against appending and subscribing: the last message, then closed, then 204", async (test) => {
    const rounds = LONG ? 50 : 10;
    let refused = 0;
    for (let round = 0; round < rounds; round += 1) {
      const name = `open/close-${round}`;
      await create(runtime, name);
      const acknowledged = [];
      const publishers = Array.from({ length: 5 }, async (_, from) => {
        for (let k = 0; ; k += 1) {
          const answer = await post(runtime, ours(name), [`${from}/${k}`]);
          if (answer.status === 204) acknowledged.push(`${from}/${k}`);
          else {
            assert.equal(answer.status, 409, answer.text);
            assert.equal(answer.headers.get("stream-closed"), "true");
            refused += 1;
            return answer.offset;
          }
        }
      });
      const followers = [];
      test.after(() => followers.map((follower) => follower.stop()));
      const subscribe = async () => {
        for (let k = 0; k < 5; k += 1) {
          followers.push(new Follower(runtime, name, { query: "?offset=-1" }));
          await sleep(Math.random() * 20);
        }
      };
      const subscribing = subscribe();
      await sleep(30 + Math.random() * 40);
      const closing = await post(runtime, ours(name), ["the last"], { "Stream-Closed": "true" });
      assert.equal(closing.status, 204, closing.text);
      const tails = await Promise.all(publishers);
      await subscribing;

      const { messages, tail, closed } = await readLog(runtime, name);
      assert.equal(closed, true);
      assert.equal(messages.at(-1), "the last");
      assert.deepEqual([...new Set(tails)], [tail], "whoever is refused is told where it ended");
      assert.deepEqual(new Set(messages), new Set([...acknowledged, "the last"]));
      for (const follower of followers) {
        await waitFor(() => follower.closed, { what: "204 for a follower that has it all" });
        assert.equal(follower.status, 204);
        assertFollows(follower, quoted(messages));
      }
    }
    test.diagnostic(`${rounds} rounds, ${refused} appends refused`);
  });
});
