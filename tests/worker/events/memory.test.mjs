// Clients that do not read cost no more memory than clients that do.
//
// 15 seconds by default; EDGE_EVENTS_LONG=1 makes it the full minute.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const SECONDS = process.env.EDGE_EVENTS_LONG === "1" ? 60 : 15;
const CLIENTS = 200;
const ALLOWED = 64 * 1024; // bytes for each client

describe(`${CLIENTS} clients at 100 ms for ${SECONDS} s`, () => {
  // Each in a process of its own, under the same load at the same time: against an idle process
  // one would compare the runtime's garbage.
  const vars = { CPU_BUDGET_MS: 300_000, MAX_STREAM_MS: 3_600_000 };
  const reading = runtimeWith(vars);
  const stalled = runtimeWith(vars);

  it("cost the same memory whether they read or not, within 64 KiB each", async (test) => {
    const connect = (runtime) =>
      Array.from({ length: CLIENTS }, () =>
        open(runtime, { path: "/events?interval=100&format=json", record: false }),
      );
    const [readers, sleepers] = [connect(reading), connect(stalled)];
    await Promise.all([...readers, ...sleepers].map((stream) => stream.hasTicks(1)));
    sleepers.forEach(({ socket }) => socket.pause());

    const until = Date.now() + SECONDS * 1000;
    await readers[0].until(({ ids }) => ids.at(-1) >= until, {
      ceiling: SECONDS * 1000 + 60_000,
      every: 200,
    });

    await Promise.all([reading.collectGarbage(), stalled.collectGarbage()]);
    const [withReaders, withSleepers] = [reading.memory(), stalled.memory()];
    const kib = (bytes) => (bytes / 1024).toFixed(1);
    const each = (withSleepers - withReaders) / CLIENTS;
    test.diagnostic(
      `reading ${kib(withReaders)} KiB, not reading ${kib(withSleepers)} KiB: ${kib(each)} KiB for each client`,
    );
    [...readers, ...sleepers].forEach((stream) => stream.reset());
    assert.ok(each <= ALLOWED, `${kib(each)} KiB for each client that does not read`);
  });
});
