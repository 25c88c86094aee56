// A stream ends by itself, before the platform would end it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, untilLive } from "../../support/client.mjs";
import { followRaw } from "../../support/follow.mjs";
import { idsBetween, latestTick, runtimeWith } from "../../support/suite.mjs";

const goodbye = (reason) =>
  new RegExp(
    `\\n\\nretry: ([0-9]+)\\nevent: rotate\\n(?:id: [0-9]+\\n)?data: {"reason":"${reason}","retry_ms":\\1}\\n\\n$`,
  );

const endLines = (runtime) =>
  runtime
    .logs()
    .filter(({ level }) => level === "log")
    .map(({ message }) => JSON.parse(message));

describe("the planned end of a life", { concurrency: true }, () => {
  const runtime = runtimeWith({ MAX_STREAM_MS: 3000, CPU_BUDGET_MS: 1000 });
  const quick = runtimeWith({ MAX_STREAM_MS: 1000, CPU_BUDGET_MS: 1000, RETRY_MS: 200 });

  it("says goodbye, ends the body properly, and is spread below MAX_STREAM_MS", async () => {
    const streams = Array.from({ length: 60 }, () => open(runtime, { path: "/events?interval=100" }));
    await Promise.all(streams.map((stream) => stream.finished()));
    streams.forEach((stream) => stream.leave());
    for (const stream of streams) {
      assert.match(stream.text, goodbye("lifetime"));
      assert.equal(stream.complete, true, "the terminating chunk was seen");
      assert.deepEqual(stream.ids, idsBetween(stream.ids[0], stream.ids.at(-1), 100));
    }

    // None is shorter than planned; how long they are at most is tested natively, on virtual time.
    await untilLive(runtime, 0);
    const lives = endLines(runtime).map(({ duration_ms }) => duration_ms);
    assert.equal(lives.length, 60);
    assert.ok(Math.min(...lives) >= 2400, `the shortest life was ${Math.min(...lives)} ms`);
    // Planned over 600 ms they see 24 to 31 ticks: a plan without spread would show one or two counts.
    const counts = new Set(streams.map(({ ticks }) => ticks.length));
    assert.ok(counts.size >= 4, `the streams have ${[...counts]} ticks`);
  });

  it("comes to a stream that has nothing to send", async () => {
    const last = latestTick(60_000);
    const stream = open(quick, { path: "/events?interval=60000", headers: { "Last-Event-ID": last } });
    await stream.finished();
    stream.leave();
    assert.equal(stream.complete, true);
    assert.equal(JSON.parse(stream.named("rotate")[0].data).reason, "lifetime");
  });

  it("costs a client that comes back no tick and brings it none twice", async () => {
    const seen = await followRaw(quick, { interval: 100, rotations: 5 });
    assert.equal(seen.rotations, 5);
    assert.deepEqual(seen.ids, idsBetween(seen.ids[0], seen.ids.at(-1), 100));
  });
});

describe("the CPU budget", { concurrency: true }, () => {
  const runtime = runtimeWith({ CPU_BUDGET_MS: 1, RETRY_MS: 100 });

  it('ends a stream when it is used up, with reason "cpu"', async () => {
    const stream = await open(runtime, { path: "/events?interval=100" }).finished({ ceiling: 30_000 });
    stream.leave();
    assert.match(stream.text, goodbye("cpu"));
    assert.equal(stream.complete, true);
    assert.ok(stream.ticks.length >= 1, "a budget pays for some tick, or nobody would ever see one");
  });

  it("costs a client that comes back no tick and brings it none twice", async () => {
    const seen = await followRaw(runtime, { interval: 100, rotations: 4 });
    assert.deepEqual(seen.ids, idsBetween(seen.ids[0], seen.ids.at(-1), 100));
  });
});

describe("a CPU budget of 10 ms", () => {
  const runtime = runtimeWith({ CPU_BUDGET_MS: 10, RETRY_MS: 100, MAX_REPLAY_TICKS: 10_000 });

  it("bounds a replay too, which then goes on over further connections", async () => {
    const last = latestTick(100) - 100_000;
    const seen = await followRaw(runtime, { interval: 100, rotations: 4, lastEventId: last });
    assert.deepEqual(seen.ids, idsBetween(last + 100, seen.ids.at(-1), 100));
    assert.deepEqual(seen.reasons, Array(4).fill("cpu"));
  });
});
