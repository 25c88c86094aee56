// What a reader sees of its bridge: nothing.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import {
  AUTHORIZED,
  ask,
  channelsWith,
  follow,
  messages,
  publish,
  ready,
  SECRET,
} from "../../support/channels.mjs";
import { untilLive, waitFor } from "../../support/client.mjs";
import { startRuntime } from "../../support/runtime.mjs";
import { SseReader } from "../../support/sse-reader.mjs";

const upTo = (last) => Array.from({ length: last }, (_, n) => n + 1);
const numbers = (reader) =>
  reader.events.filter(({ type }) => type === "message").map(({ data }) => Number(data));

describe("a bridge", () => {
  const runtime = channelsWith({ HEARTBEAT_MS: 500 });

  for (const webSockets of ["hibernate", "close"]) {
    it(`outlives its object's eviction (sockets: ${webSockets}), three times`, async () => {
      const name = `evicted/${webSockets}`;
      const streams = await Promise.all(upTo(20).map(() => ready(follow(runtime, name))));
      for (const n of upTo(8)) {
        await publish(runtime, name, `${n}`);
        if (n % 2 === 0) await runtime.evict(name, { webSockets });
      }
      for (const stream of streams) {
        assert.deepEqual((await messages(stream, 8)).map(Number), upTo(8));
        assert.equal(stream.closed, false);
        stream.reset();
      }
      await untilLive(runtime, 0);
    });
  }

  it("ends with its channel's time to live, though somebody follows it", async () => {
    await ask(runtime, "PUT", "/v1/stream/ttl", {
      headers: { "Stream-TTL": "1", "Content-Type": "text/plain" },
    });
    const stream = await ready(follow(runtime, "ttl"));
    await stream.finished();
    stream.leave();
    assert.equal(JSON.parse(stream.named("rotate")[0].data).reason, "deleted");
    assert.equal((await ask(runtime, "HEAD", "/v1/stream/ttl")).status, 404);
  });
});

describe("a process that is killed under publishers and readers", () => {
  const persist = mkdtempSync(path.join(os.tmpdir(), "channels-"));
  let runtime;
  after(async () => {
    await runtime?.stop();
    rmSync(persist, { recursive: true, force: true });
  });

  it("loses nothing that was acknowledged, doubles nothing, and keeps the order", async (test) => {
    const vars = { CHANNELS_SECRET: SECRET, CPU_BUDGET_MS: 10_000 };
    const options = { headers: { ...AUTHORIZED, "Content-Type": "application/json" } };
    /** @type {{ id: string, data: number[] }[]} */
    const read = Array.from({ length: 10 }, () => ({ id: "", data: [] }));
    /** @type {number[]} */
    const acknowledged = [];
    let sent = 0;
    let port = 0;
    for (let round = 1; round <= 3; round += 1) {
      runtime = await startRuntime({ vars, persist, port });
      port = runtime.port;
      const streams = read.map(({ id }) =>
        follow(runtime, "killed", { query: "?offset=-1", headers: { "Last-Event-ID": id || undefined } }),
      );
      await Promise.all(streams.map(ready));
      let killed = false;
      const publishers = upTo(4).map(async () => {
        while (!killed) {
          const body = `${(sent += 1)}`;
          const answer = await ask(runtime, "POST", "/channels/killed", { ...options, body }).catch(() => {});
          if (answer?.status < 300) acknowledged.push(Number(body));
        }
      });
      await waitFor(() => acknowledged.length > round * 100, { what: "a hundred publishes" });
      killed = true;
      await runtime.kill();
      await Promise.all(publishers);
      for (const [index, stream] of streams.entries()) {
        await waitFor(() => stream.closed, { what: "the cut" });
        read[index].data.push(...numbers(stream.reader));
        read[index].id = stream.reader.lastEventId;
      }
    }
    runtime = await startRuntime({ vars, persist, port });
    const answer = await ask(runtime, "GET", "/channels/killed");
    assert.equal(answer.status, 200, answer.text);
    const log = JSON.parse(answer.text);
    for (const reader of read) {
      const stream = follow(runtime, "killed", { headers: { "Last-Event-ID": reader.id } });
      await messages(stream, log.length - reader.data.length);
      reader.data.push(...numbers(stream.reader));
      stream.reset();
      assert.deepEqual(reader.data, log);
    }
    test.diagnostic(`${sent} sent, ${acknowledged.length} acknowledged, ${log.length} in the log`);
    assert.equal(new Set(log).size, log.length, "nothing is there twice");
    const there = new Set(log);
    assert.deepEqual(
      acknowledged.filter((each) => !there.has(each)),
      [],
    );
  });
});

const fixture = fileURLToPath(new URL("../fixtures/slow-reader.mjs", import.meta.url));
const slowReader = {
  name: "slow-reader",
  compatibilityDate: "2026-11-17",
  modules: [{ type: "ESModule", path: fixture }],
  modulesRoot: path.dirname(fixture),
  serviceBindings: { EVENTS: "edge-events" },
};

describe("a slow reader", () => {
  const runtime = channelsWith({ PUBLIC_CHANNELS: "slow" }, { workers: [slowReader] });

  it("is caught up from the log when it reads again, and misses nothing", async (test) => {
    const plan = { path: "/channels/slow?offset=-1", before: 1, pause: 3000, after: 400 };
    const reading = runtime.fetchFrom("slow-reader", "http://slow-reader/", {
      method: "POST",
      body: JSON.stringify(plan),
    });
    await untilLive(runtime, 1);
    for (const n of upTo(300)) await publish(runtime, "slow", `${n}`);
    await ask(runtime, "POST", "/channels/slow", { headers: { "Stream-Closed": "true" } });
    const { first, second } = await (await reading).json();
    const reader = new SseReader();
    for (const { bytes } of [...first, ...second]) reader.feed(Uint8Array.from(bytes));
    test.diagnostic(`${first.length} and ${second.length} chunks`);
    assert.deepEqual(numbers(reader), upTo(300));
    assert.equal(reader.events.at(-1).type, "closed");
  });
});
