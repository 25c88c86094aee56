// A reader that does not read costs what one costs that does, and has everything when it reads again.
//
// 5 s and 24 MB by default; EDGE_EVENTS_LONG=1 makes it 10 s and 100 MB.
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { AUTHORIZED, channelVars, LONG, publish, untilReaders } from "../../support/channels-clients.mjs";
import { sleep, untilLive, waitFor } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const MIB = 1024 * 1024;
const fixture = fileURLToPath(new URL("fixtures/slow-follower.mjs", import.meta.url));
const slowFollower = {
  name: "slow-follower",
  compatibilityDate: "2026-11-17",
  modules: [{ type: "ESModule", path: fixture }],
  modulesRoot: path.dirname(fixture),
  serviceBindings: { EVENTS: "edge-events" },
};
const vars = {
  ...channelVars,
  CPU_BUDGET_MS: 300_000,
  MAX_STREAM_MS: 3_600_000,
  MAX_CHANNEL_BYTES: 512 * MIB,
};

/** Followers behind a service binding; resolves to what each of them saw. */
async function follow(runtime, plan) {
  const answer = await runtime.fetchFrom("slow-follower", "http://slow-follower/", {
    method: "POST",
    body: JSON.stringify({ headers: AUTHORIZED, before: 1, ...plan }),
  });
  if (answer.status !== 200) throw new Error(await answer.text());
  return answer.json();
}
const goOn = (runtime) => runtime.fetchFrom("slow-follower", "http://slow-follower/go-on");

/**
 * Publishes to two runtimes the same, of which one has followers that read and the other has
 * followers that do not. These may cost `allowed` bytes more, each, and then have all of it.
 */
async function compare(
  test,
  /** @type {any[]} */ [reading, stalled],
  { name, readers, batches, batch, every, size, allowed },
) {
  const total = 1 + batches * batch;
  const plan = { path: `/channels/${name}?offset=-1`, readers, total };
  let n = 0;
  let seenInUse;
  const messages = (count) => Array.from({ length: count }, () => ({ n: (n += 1), text: "x".repeat(size) }));
  const both = async (count) => {
    const body = JSON.stringify(messages(count));
    await Promise.all([reading, stalled].map((runtime) => publish(runtime, name, body)));
  };
  await both(1);
  const seen = [follow(reading, { ...plan, pauses: false }), follow(stalled, { ...plan, pauses: true })];
  const failed = Promise.all(seen);
  failed.catch(() => {});
  await Promise.all([reading, stalled].map((runtime) => untilReaders(runtime, name, readers)));
  const began = Date.now();
  for (let k = 1; k <= batches; k += 1) {
    await both(batch);
    const early = began + k * every - Date.now();
    if (early > 0) await sleep(early);
  }
  const seconds = (Date.now() - began) / 1000;
  const ofReading = await seen[0];
  // In use, not resident, for what a process had for a moment, it keeps. Buffers are given back in the
  // background, some time after the collection that found them: hence more than one look.
  let each;
  await waitFor(
    async () => {
      const [withReading, withStalled] = await Promise.all([reading.heap(), stalled.heap()]);
      each = (withStalled - withReading) / readers;
      seenInUse = `in use: reading ${(withReading / MIB).toFixed(1)} MiB, stalled ${(withStalled / MIB).toFixed(1)} MiB`;
      return each <= allowed;
    },
    { what: `at most ${allowed} bytes for each`, every: 500 },
  ).catch((error) => {
    throw new Error(`${error.message}; ${seenInUse}`);
  });
  test.diagnostic(
    `${total - 1} messages of ${size} bytes in ${seconds.toFixed(1)} s; ${seenInUse}: ${(each / 1024).toFixed(0)} KiB for each of ${readers}`,
  );
  await goOn(stalled);
  const ofStalled = await seen[1];
  for (const { seen, wrong, others } of [...ofReading, ...ofStalled]) {
    assert.equal(wrong, undefined);
    assert.equal(seen, total, "all of it");
    assert.deepEqual(others, [], "no gap, no planned end");
  }
  for (const runtime of [reading, stalled]) {
    await untilLive(runtime, 0);
    await waitFor(async () => (await runtime.logs()).every(({ level }) => level !== "error"), {
      what: "no errors",
    });
  }
}

describe("a reader that stops reading", () => {
  const runtimes = [
    runtimeWith(vars, { workers: [slowFollower] }),
    runtimeWith(vars, { workers: [slowFollower] }),
  ];

  it("costs no more memory than one that reads, within 256 KiB, and then has all of it", async (test) => {
    const seconds = LONG ? 10 : 5;
    const rate = 500;
    const batch = 10;
    await compare(test, runtimes, {
      name: "slow",
      readers: 20,
      batches: (seconds * rate) / batch,
      batch,
      every: (1000 * batch) / rate,
      size: 1000,
      allowed: 256 * 1024,
    });
  });

  it("fault 12: costs a bounded sum, however much is published meanwhile", async (test) => {
    const megabytes = LONG ? 100 : 24;
    await compare(test, runtimes, {
      name: "stalled",
      readers: 1,
      batches: megabytes,
      batch: 10,
      every: 0,
      size: 100_000,
      allowed: 4 * MIB,
    });
  });
});
