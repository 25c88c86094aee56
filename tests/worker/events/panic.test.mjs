// A panic ends the wasm's instance, and with it all that it knew of its streams.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { open, request, untilLive } from "../../support/client.mjs";
import { behind, builtModules, root } from "../../support/runtime.mjs";
import { idsBetween, runtimeWith } from "../../support/suite.mjs";

const target = { path: "/events?interval=100" };

describe("a panic", () => {
  const runtime = runtimeWith(
    {},
    {
      adapt: (options) =>
        behind("panics.mjs")({ ...options, modules: [...options.modules, ...builtModules("build-panics")] }),
    },
  );
  const openSome = async () => {
    const streams = Array.from({ length: 20 }, () => open(runtime, target));
    await Promise.all(streams.map((stream) => stream.hasTicks(2)));
    return streams;
  };
  /** Each stream has ended properly, and its client comes back and has every tick once. */
  const allComeBack = (streams) =>
    Promise.all(
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

  it("in a request costs it a 500 and ends every live stream, whose clients lose no tick", async () => {
    const streams = await openSome();
    const answer = await request(runtime, { path: "/test-panics/now" });
    assert.equal(answer.status, 500);
    assert.doesNotMatch(answer.text, /a test asked for it/);
    await allComeBack(streams);
    await untilLive(runtime, 0);
    assert.ok(
      runtime.logs().some(({ message }) => message.includes("a test asked for it")),
      "the log says where",
    );
  });

  it("in a stream's timer ends every live stream, whose clients lose no tick", async () => {
    const streams = await openSome();
    await request(runtime, { path: "/test-panics/timer" });
    await allComeBack(streams);
    await untilLive(runtime, 0);
  });

  it("costs no other request anything", async () => {
    await request(runtime, { path: "/test-panics/now" });
    assert.equal((await request(runtime, { path: "/health" })).json().live_streams, 0);
    await request(runtime, { path: "/test-panics/now" });
    const stream = await open(runtime, target).hasTicks(3);
    stream.leave();
    await request(runtime, { path: "/test-panics/now" });
    assert.equal((await request(runtime, { path: "/" })).status, 200);
  });
});

describe("the Worker that is deployed", () => {
  const runtime = runtimeWith();

  it("has nothing of the panics that tests ask for", async () => {
    const stream = await open(runtime, target).hasTicks(1);
    for (const name of ["now", "timer"]) {
      assert.equal((await request(runtime, { path: `/test-panics/${name}` })).status, 404);
    }
    await stream.hasTicks(5);
    stream.leave();
    const wasm = (build) => readFileSync(path.join(root, build, "index_bg.wasm"), "latin1");
    const message = "a test asked for it";
    assert.ok(wasm("build-panics").includes(message), "it would be found");
    for (const build of ["build", "build-sites"]) assert.ok(!wasm(build).includes(message), build);
  });
});
