// One line of JSON when a stream ends, and none before.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { open, request, untilLive, waitFor } from "../../support/client.mjs";
import { root } from "../../support/runtime.mjs";
import { latestTick, runtimeWith } from "../../support/suite.mjs";

/** The only line of the log so far, once there is one. */
async function onlyLine(runtime, seen) {
  const lines = () => runtime.logs().slice(seen);
  await waitFor(() => lines().length > 0, { what: "a line in the log" });
  await untilLive(runtime, 0);
  assert.equal(lines().length, 1, JSON.stringify(lines()));
  const [{ message }] = lines();
  assert.ok(!message.includes("\n"));
  return JSON.parse(message);
}

function assertLine(line, { duration, ...expected }) {
  const { duration_ms, ...rest } = line;
  assert.deepEqual(rest, expected);
  const [least, most] = duration;
  assert.ok(
    Number.isInteger(duration_ms) && duration_ms >= least && duration_ms <= most,
    `duration_ms: ${duration_ms}`,
  );
}

describe("the log line", () => {
  const runtime = runtimeWith({
    MAX_STREAM_MS: 2000,
    RETRY_MS: 100,
    CPU_BUDGET_MS: 1000,
    MAX_REPLAY_TICKS: 5,
  });

  it("of a client that left", async () => {
    const seen = runtime.logs().length;
    const began = Date.now();
    const stream = await open(runtime, { path: "/events?interval=100" }).hasTicks(3);
    stream.reset();
    const line = await onlyLine(runtime, seen);
    assert.ok(
      line.ticks >= stream.ticks.length,
      `${line.ticks} ticks in the log, ${stream.ticks.length} arrived`,
    );
    assertLine(
      { ...line, ticks: 0 },
      {
        reason: "client_left",
        ticks: 0,
        gaps: 0,
        resumed: false,
        interval_ms: 100,
        duration: [100, Date.now() - began],
      },
    );
  });

  it("of a life that was over", async () => {
    const seen = runtime.logs().length;
    const began = Date.now();
    const last = latestTick(250) - 3 * 250;
    const stream = open(runtime, { path: "/events?interval=250", headers: { "Last-Event-ID": last } });
    await stream.finished();
    stream.leave();
    assertLine(await onlyLine(runtime, seen), {
      reason: "lifetime",
      ticks: stream.ticks.length,
      gaps: 0,
      resumed: true,
      interval_ms: 250,
      duration: [1600, Date.now() - began],
    });
  });

  it("of a resume across a gap", async () => {
    const seen = runtime.logs().length;
    const stream = open(runtime, { path: `/events?interval=100&last_event_id=${latestTick(100) - 100_000}` });
    await stream.finished();
    stream.leave();
    const line = await onlyLine(runtime, seen);
    assert.deepEqual([line.gaps, line.resumed, line.ticks], [1, true, stream.ticks.length]);
  });

  it("is not written for a HEAD, a preflight, a refusal or a file", async () => {
    const seen = runtime.logs().length;
    for (const [method, path] of [
      ["HEAD", "/events"],
      ["OPTIONS", "/events"],
      ["GET", "/events?interval=1"],
      ["GET", "/"],
    ]) {
      await request(runtime, { method, path });
    }
    const stream = await open(runtime).hasTicks(1);
    stream.reset();
    assert.equal((await onlyLine(runtime, seen)).reason, "client_left");
  });
});

describe("the log line", () => {
  const runtime = runtimeWith({ CPU_BUDGET_MS: 1, MAX_STREAMS: 1 });

  it("of a CPU budget that was used up", async () => {
    const seen = runtime.logs().length;
    const stream = open(runtime, { path: "/events?interval=100" });
    await stream.finished({ ceiling: 30_000 });
    stream.leave();
    assertLine(await onlyLine(runtime, seen), {
      reason: "cpu",
      ticks: stream.ticks.length,
      gaps: 0,
      resumed: false,
      interval_ms: 100,
      duration: [0, 30_000],
    });
  });

  it("of a client that found the isolate full", async () => {
    const inside = await open(runtime, { path: "/events?interval=60000" }).hasTicks(1);
    const seen = runtime.logs().length;
    const turnedAway = await open(runtime, { path: "/events?interval=200" }).finished();
    turnedAway.leave();
    await waitFor(() => runtime.logs().length > seen, { what: "a line in the log" });
    assertLine(JSON.parse(runtime.logs()[seen].message), {
      reason: "overload",
      ticks: 0,
      gaps: 0,
      resumed: false,
      interval_ms: 200,
      duration: [0, 0],
    });
    inside.reset();
    await untilLive(runtime, 0);
  });
});

describe("wrangler.toml", () => {
  it("turns observability on, or nobody would see the log", () => {
    const text = readFileSync(path.join(root, "wrangler.toml"), "utf8");
    assert.match(text, /^\[observability\]\n(?:(?!\[).*\n)*?enabled = true$/m);
  });
});
