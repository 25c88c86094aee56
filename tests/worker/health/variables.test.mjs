// The variables of wrangler.toml on their way into the Worker. What each may be is tested natively.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, request, waitFor } from "../../support/client.mjs";
import { startRuntime } from "../../support/runtime.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const misconfigured = {
  status: 500,
  title: "Internal Server Error",
  detail: "The server is not configured correctly.",
};

describe("variables that cannot be used", () => {
  const runtime = runtimeWith({
    TICK_INTERVAL_MS: "5",
    HEARTBEAT_MS: ["15000"], // as JavaScript's text it would be 15000
    RETRY_MS: { ms: 2000 },
    MAX_STREAMS: 0,
    EVENTS_ENABLED: "yes\n",
    MAX_STREAM: "10", // not MAX_STREAMS
    DATABASE_URL: "somebody else's",
  });
  const problems = [
    "TICK_INTERVAL_MS: a whole number from 100 to 60000 is allowed",
    "HEARTBEAT_MS: a whole number from 100 to 60000 is allowed",
    "RETRY_MS: a whole number from 100 to 600000 is allowed",
    "MAX_STREAMS: a whole number from 1 to 100000 is allowed",
    "EVENTS_ENABLED: true or false is allowed",
    "MAX_STREAM is not known; did you mean MAX_STREAMS?",
  ];
  const logged = [
    'TICK_INTERVAL_MS is "5"; allowed is a whole number from 100 to 60000',
    'HEARTBEAT_MS is ["15000"]; allowed is a whole number from 100 to 60000',
    'RETRY_MS is {"ms":2000}; allowed is a whole number from 100 to 600000',
    'MAX_STREAMS is "0"; allowed is a whole number from 1 to 100000',
    'EVENTS_ENABLED is "yes\\n"; allowed is true or false',
    "MAX_STREAM is not known; did you mean MAX_STREAMS?",
  ].map((message) => ({ level: "error", message: `the variables cannot be used: ${message}` }));

  /** What the log says of one request. */
  async function logOf(ask) {
    const seen = runtime.logs().length;
    const answer = await ask();
    const log = () => runtime.logs().slice(seen);
    await waitFor(() => log().length >= logged.length, { what: "the lines in the log" });
    return { answer, log: log().map(({ level, message }) => ({ level, message })) };
  }

  it("stop /events by a fixed sentence, and the log names them all, with their values", async () => {
    for (const method of ["GET", "HEAD", "OPTIONS", "POST"]) {
      const { answer, log } = await logOf(() => request(runtime, { method, path: "/events" }));
      assert.equal(answer.status, 500, method);
      assert.equal(answer.headers["content-type"], "application/problem+json");
      if (method !== "HEAD") assert.deepEqual(answer.json(), misconfigured);
      assert.deepEqual(log, logged);
    }
  });

  it("are named by /health, without their values", async () => {
    const { answer, log } = await logOf(() => request(runtime, { path: "/health" }));
    assert.equal(answer.status, 500);
    assert.equal(answer.headers["content-type"], "application/json");
    assert.equal(answer.headers["cache-control"], "no-store");
    const { version, ...rest } = answer.json();
    assert.deepEqual(rest, { status: "misconfigured", live_streams: 0, problems });
    assert.deepEqual(log, logged);
    assert.equal((await request(runtime, { method: "HEAD", path: "/health" })).status, 500);
  });

  it("leave the site alone", async () => {
    assert.equal((await request(runtime, { path: "/" })).status, 200);
  });
});

describe("variables as wrangler.toml may write them", () => {
  it("may be numbers and booleans without quotes", async () => {
    const vars = { TICK_INTERVAL_MS: 200, HEARTBEAT_MS: "15000", EVENTS_ENABLED: true, MAX_STREAMS: 1e3 };
    const runtime = await startRuntime({ vars });
    try {
      const stream = await open(runtime).hasTicks(2);
      stream.leave();
      assert.equal(stream.ids[1] - stream.ids[0], 200);
    } finally {
      await runtime.stop();
    }
  });

  for (const config of ["wrangler.toml", "wrangler.sites.toml"]) {
    it(`can be used as they stand in ${config}`, async () => {
      const runtime = await startRuntime({ config, vars: "as configured" });
      try {
        const health = await request(runtime, { path: "/health" });
        assert.equal(health.status, 200, health.text);
        assert.equal(health.json().status, "ok");
      } finally {
        await runtime.stop();
      }
    });
  }
});
