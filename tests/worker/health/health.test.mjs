// How an isolate says that it is well.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { request } from "../../support/client.mjs";
import { root, startRuntime } from "../../support/runtime.mjs";
import { runtimeWith } from "../../support/suite.mjs";

describe("/health", () => {
  const runtime = runtimeWith();

  it("says status, version and live_streams in JSON that is not cached", async () => {
    const answer = await request(runtime, { path: "/health" });
    assert.equal(answer.status, 200);
    assert.match(answer.headers["content-type"], /^application\/json\b/);
    assert.match(answer.headers["cache-control"], /no-store|no-cache/);
    const version = /^version = "(.+)"$/m.exec(readFileSync(path.join(root, "Cargo.toml"), "utf8"))?.[1];
    assert.deepEqual(answer.json(), { status: "ok", version, live_streams: 0, channels: "closed" });
  });

  it("says that channels are open where there is a secret", async (test) => {
    const open = await startRuntime({ vars: { CHANNELS_SECRET: "x".repeat(32) } });
    test.after(() => open.stop());
    assert.equal((await request(open, { path: "/health" })).json().channels, "open");
  });

  it("answers HEAD without a body", async () => {
    const answer = await request(runtime, { method: "HEAD", path: "/health" });
    assert.equal(answer.status, 200);
    assert.equal(answer.text, "");
  });
});
