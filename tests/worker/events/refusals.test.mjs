// A stream whose runtime refuses a write, a timer or the end itself.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, request, untilLive, waitFor } from "../../support/client.mjs";
import { behind } from "../../support/runtime.mjs";
import { idsBetween, runtimeWith, withinOneMinute } from "../../support/suite.mjs";

const path = "/events?interval=100";

describe("a stream whose runtime refuses", { concurrency: false }, () => {
  const runtime = runtimeWith({}, { adapt: behind("refusals.mjs") });
  const ending = runtimeWith({ MAX_STREAM_MS: 1000 }, { adapt: behind("refusals.mjs") });

  const linesOf = (of, level, from) =>
    of
      .logs()
      .slice(from)
      .filter((line) => line.level === level);

  for (const method of ["enqueue", "setTimeout"]) {
    it(`${method} ends with the reason "error", and its client loses no tick`, async () => {
      const seen = runtime.logs().length;
      const stream = await open(runtime, { path }).hasTicks(2);
      await request(runtime, { path: `/refuse/${method}` });
      await stream.finished();
      stream.leave();
      assert.equal(stream.complete, true, "the terminating chunk was seen");
      assert.deepEqual(stream.named("rotate"), [], "there is no goodbye");

      const again = await open(runtime, { path, headers: { "Last-Event-ID": stream.ids.at(-1) } }).hasTicks(
        3,
      );
      again.leave();
      const ids = [...stream.ids, ...again.ids];
      assert.deepEqual(ids, idsBetween(ids[0], ids.at(-1), 100));
      await untilLive(runtime, 0);

      const [line] = linesOf(runtime, "log", seen);
      assert.equal(JSON.parse(line.message).reason, "error");
      const errors = linesOf(runtime, "error", seen);
      assert.equal(errors.length, 1, JSON.stringify(errors));
      assert.match(errors[0].message, /^a stream could not go on: .*the runtime refuses /);
    });
  }

  it("its end counts no longer", async () => {
    const stream = await open(ending, { path }).hasTicks(2);
    await request(ending, { path: "/refuse/close" });
    await waitFor(() => linesOf(ending, "log", 0).length > 0, { what: "a line in the log" });
    stream.leave();
    assert.equal(JSON.parse(linesOf(ending, "log", 0)[0].message).reason, "error");
    await untilLive(ending, 0);
  });

  it("leaves the streams beside it alone", () =>
    withinOneMinute(async () => {
      const beside = await open(runtime, { path: "/events?interval=60000" }).hasTicks(1);
      await request(runtime, { path: "/refuse/enqueue" });
      const unlucky = await open(runtime, { path }).finished();
      unlucky.leave();
      assert.deepEqual([unlucky.status, unlucky.complete, unlucky.text], [200, true, ""]);
      await untilLive(runtime, 1);
      assert.ok(!beside.complete && !beside.closed);
      beside.reset();
      await untilLive(runtime, 0);
    }));
});
