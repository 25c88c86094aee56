// The Worker behind the entry that worker-build makes of `#[event(fetch)]`, as in the templates of
// workers-rs (`main = "build/index.js"`). Ours (src/platform/entry.js) costs less, and promises no more.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, request, untilLive } from "../../support/client.mjs";
import { builtModules } from "../../support/runtime.mjs";
import { idsBetween, latestTick, runtimeWith } from "../../support/suite.mjs";

describe("worker-build's own entry", () => {
  const runtime = runtimeWith(
    { MAX_STREAM_MS: 3000 },
    // It exports no class for the channels' objects.
    { adapt: ({ durableObjects, ...options }) => ({ ...options, modules: builtModules("build") }) },
  );

  it("serves a stream that resumes, ends by plan and is noticed when its client leaves", async () => {
    const last = latestTick(100) - 1500;
    const headers = { "Last-Event-ID": last };
    const stream = open(runtime, { path: "/events?interval=100&format=unix", headers });
    await stream.finished();
    stream.leave();
    assert.equal(stream.status, 200);
    assert.deepEqual(stream.ids, idsBetween(last + 100, stream.ids.at(-1), 100));
    assert.deepEqual(
      stream.ticks.map(({ data }) => Number(data)),
      stream.ids,
    );
    assert.equal(JSON.parse(stream.named("rotate")[0].data).reason, "lifetime");
    assert.equal(stream.complete, true);

    const leaves = await open(runtime, { path: "/events?interval=100" }).hasTicks(2);
    await untilLive(runtime, 1);
    leaves.reset();
    await untilLive(runtime, 0);
  });

  it("serves the site, /health and the refusals", async () => {
    const page = await request(runtime, { path: "/" });
    assert.equal(page.status, 200);
    assert.match(page.headers["content-type"], /^text\/html/);
    assert.equal((await request(runtime, { path: "/nope" })).status, 404);
    assert.equal((await request(runtime, { path: "/health" })).json().status, "ok");
    assert.equal((await request(runtime, { path: "/events?interval=1" })).json().parameter, "interval");
    assert.equal((await request(runtime, { method: "POST", path: "/" })).status, 405);
    assert.equal((await request(runtime, { path: "/channels/a" })).status, 500);
  });
});
