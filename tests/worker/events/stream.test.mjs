// The stream while nothing goes wrong.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { liveStreams, open, untilLive } from "../../support/client.mjs";
import { idsBetween, runtimeWith, withinOneMinute } from "../../support/suite.mjs";

describe("the stream", { concurrency: true }, () => {
  const runtime = runtimeWith({ TICK_INTERVAL_MS: 200, CPU_BUDGET_MS: 1000 });

  it("says that it is an event stream, not to be cached or transformed", async () => {
    const stream = await open(runtime).head();
    stream.leave();
    assert.equal(stream.status, 200);
    assert.equal(stream.headers["content-type"], "text/event-stream");
    const cache = stream.headers["cache-control"].split(/,\s*/);
    assert.ok(cache.includes("no-store") || cache.includes("no-cache"), `cache-control: ${cache}`);
    assert.ok(cache.includes("no-transform"), `cache-control: ${cache}`);
    for (const name of ["content-length", "content-encoding", "connection", "access-control-allow-origin"]) {
      assert.equal(stream.headers[name], undefined, name);
    }
  });

  it("sends the headers and the retry line before the first tick is due", () =>
    withinOneMinute(async (latest) => {
      const stream = open(runtime, { path: "/events?interval=60000", headers: { "Last-Event-ID": latest } });
      await stream.until(({ pieces }) => pieces.length > 0);
      stream.leave();
      assert.match(stream.text, /^retry: [0-9]+\n$/);
    }));

  it("sends a new client the latest tick at once, in one block with the retry line", () =>
    withinOneMinute(async (latest) => {
      const stream = await open(runtime, { path: "/events?interval=60000" }).hasTicks(1);
      stream.leave();
      assert.match(stream.text, /^retry: [0-9]+\nid: [0-9]+\ndata: [^\n]+\n\n$/);
      assert.equal(stream.ticks[0].lastEventId, String(latest));
      assert.equal(stream.reader.emptyBlocks, 0);
    }));

  for (const interval of [100, 137, 250, 1000]) {
    it(`ticks on the multiples of ${interval} ms, in order, each once, never early`, async () => {
      const stream = await open(runtime, { path: `/events?interval=${interval}` }).hasTicks(3000 / interval);
      stream.leave();
      const { ids } = stream;
      assert.equal(ids[0] % interval, 0);
      assert.deepEqual(ids, idsBetween(ids[0], ids.at(-1), interval));
      for (const tick of stream.ticks) {
        assert.ok(tick.at >= Number(tick.lastEventId), `tick ${tick.lastEventId} arrived at ${tick.at}`);
      }
      assert.deepEqual(stream.named("gap"), []);
    });
  }

  it("ticks by TICK_INTERVAL_MS where the client names no interval", async () => {
    const stream = await open(runtime).hasTicks(5);
    stream.leave();
    assert.deepEqual(stream.ids, idsBetween(stream.ids[0], stream.ids.at(-1), 200));
  });

  it("shows three clients with the same interval the same ticks", async () => {
    const first = await open(runtime, { path: "/events?interval=100" }).hasTicks(3);
    const second = await open(runtime, { path: "/events?interval=100&format=unix" }).hasTicks(2);
    const third = await open(runtime, { path: "/events?interval=100" }).hasTicks(10);
    const last = third.ids[third.ids.length - 1];
    await first.until(({ ids }) => ids.includes(last));
    await second.until(({ ids }) => ids.includes(last));
    const all = [first, second, third];
    all.forEach((stream) => stream.leave());
    const from = third.ids[0];
    const to = third.ids[9];
    for (const { ids } of all) {
      assert.deepEqual(
        ids.filter((id) => id >= from && id <= to),
        idsBetween(from, to, 100),
      );
    }
  });

  it("ignores parameters that it does not know", async () => {
    const stream = await open(runtime, {
      path: "/events?_=1795325710000&interval=100&cb[]=%zz&=&&x",
    }).hasTicks(2);
    stream.leave();
    assert.equal(stream.ids[1] - stream.ids[0], 100);
  });
});

describe("live_streams in /health", () => {
  const runtime = runtimeWith();

  it("counts each stream while it lives", async () => {
    const live = [];
    for (const count of [1, 2, 3]) {
      live.push(await open(runtime).head());
      assert.equal(await liveStreams(runtime), count);
    }
    for (const count of [2, 1, 0]) {
      live.pop().reset();
      await untilLive(runtime, count);
    }
  });
});

describe("the data of a tick", { concurrency: true }, () => {
  const runtime = runtimeWith();
  const dataOf = async (query, count) => {
    const stream = await open(runtime, { path: `/events?interval=100${query}` }).hasTicks(count);
    stream.leave();
    return stream;
  };
  const blocks = (stream) =>
    stream.text
      .replace(/^retry: [0-9]+\n/, "")
      .split(/(?<=\n\n)/)
      .slice(0, 3);

  for (const query of ["", "&format=iso"]) {
    it(`is the time in ISO 8601 with ${query || "no format"}`, async () => {
      const stream = await dataOf(query, 3);
      const want = stream.ids.slice(0, 3).map((id) => `id: ${id}\ndata: ${new Date(id).toISOString()}\n\n`);
      assert.deepEqual(blocks(stream), want);
    });
  }

  it("is the time in milliseconds with format=unix", async () => {
    const stream = await dataOf("&format=unix", 3);
    assert.deepEqual(
      blocks(stream),
      stream.ids.slice(0, 3).map((id) => `id: ${id}\ndata: ${id}\n\n`),
    );
  });

  it("is one line of JSON with format=json, sent no earlier than the tick", async () => {
    const stream = await dataOf("&format=json", 3);
    const want = stream.ticks.slice(0, 3).map(({ lastEventId, data, at }) => {
      const { sent_ms } = JSON.parse(data);
      assert.ok(sent_ms >= Number(lastEventId) && sent_ms <= at, `${data} at ${at}`);
      const time = new Date(Number(lastEventId)).toISOString();
      const json = `{"time":"${time}","unix_ms":${lastEventId},"interval_ms":100,"sent_ms":${sent_ms}}`;
      return `id: ${lastEventId}\ndata: ${json}\n\n`;
    });
    assert.deepEqual(blocks(stream), want);
  });
});
