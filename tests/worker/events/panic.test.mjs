// A panic ends the wasm's instance, and with it all that it knew of its streams.
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { open, request, untilLive } from "../../support/client.mjs";
import { root } from "../../support/runtime.mjs";
import { idsBetween, runtimeWith } from "../../support/suite.mjs";

const fixture = path.join(root, "tests/worker/fixtures/panic.mjs");
const breakable = (options) => ({
  ...options,
  modules: [{ type: "ESModule", path: fixture }, ...options.modules],
});

describe("a panic", () => {
  const runtime = runtimeWith({}, { adapt: breakable });

  it("ends every live stream, and each client comes back without losing a tick", async () => {
    const target = { path: "/events?interval=100" };
    const streams = Array.from({ length: 20 }, () => open(runtime, target));
    await Promise.all(streams.map((stream) => stream.hasTicks(2)));
    await request(runtime, { path: "/panic" });

    await Promise.all(
      streams.map(async (stream) => {
        await stream.finished();
        stream.leave();
        assert.equal(stream.complete, true, "the terminating chunk was seen");
        const again = open(runtime, { ...target, headers: { "Last-Event-ID": stream.ids.at(-1) } });
        await again.hasTicks(5);
        again.leave();
        const ids = [...stream.ids, ...again.ids];
        assert.deepEqual(ids, idsBetween(ids[0], ids.at(-1), 100));
      }),
    );
    await untilLive(runtime, 0);
  });

  it("costs the request in which it happens an error, and no other", async () => {
    await request(runtime, { path: "/panic" });
    assert.equal((await request(runtime, { path: "/events" })).status, 500);
    const stream = await open(runtime, { path: "/events?interval=100" }).hasTicks(3);
    stream.leave();
    assert.equal((await request(runtime, { path: "/" })).status, 200);
  });
});
