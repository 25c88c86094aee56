// The variables of wrangler.toml, each at the edges of its range.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, request, waitFor } from "../../support/client.mjs";
import { startRuntime } from "../../support/runtime.mjs";

const numbers = {
  TICK_INTERVAL_MS: [100, 60_000],
  HEARTBEAT_MS: [100, 60_000],
  MAX_STREAM_MS: [1000, 86_400_000],
  CPU_BUDGET_MS: [1, 300_000],
  RETRY_MS: [100, 600_000],
  OVERLOAD_RETRY_MS: [100, 3_600_000],
  MAX_STREAMS: [1, 100_000],
  MAX_REPLAY_TICKS: [0, 10_000],
};

/** What the log must name: the variable, its value, and what is allowed. */
const bad = [
  ...Object.entries(numbers).flatMap(([name, [min, max]]) => [
    [name, String(min - 1), [String(min), String(max)]],
    [name, String(max + 1), [String(min), String(max)]],
  ]),
  ...["", " ", "abc", "1000ms", "1000.0", "1e3", "+1000", "0x400", "99999999999999999999"].map((value) => [
    "RETRY_MS",
    value,
    ["100", "600000"],
  ]),
  ...["", "yes", "TRUE", "0"].map((value) => ["EVENTS_ENABLED", value, ["true", "false"]]),
  ...["example.com", "https://a.example; https://b.example", "https://a.example,,*"].map((value) => [
    "ALLOWED_ORIGINS",
    value,
    ["*", "commas"],
  ]),
];

describe("a variable that is out of range or does not parse", { concurrency: 3 }, () => {
  for (const [name, value, allowed] of bad) {
    it(`${name}="${value}" stops /events by a fixed sentence, is named in the log, and spares the site`, async () => {
      const runtime = await startRuntime({ vars: { [name]: value } });
      try {
        const answer = await request(runtime, { path: "/events", headers: { Accept: "text/event-stream" } });
        assert.equal(answer.status, 500);
        assert.equal(answer.headers["content-type"], "application/problem+json");
        assert.deepEqual(answer.json(), {
          status: 500,
          title: "Internal Server Error",
          detail: "The server is not configured correctly.",
        });
        const line = await waitFor(() => runtime.logs().find(({ message }) => message.includes(name)), {
          what: `a line of the log that names ${name}`,
        });
        for (const part of [`"${value}"`, ...allowed]) {
          assert.ok(line.message.replaceAll('\\"', '"').includes(part), `${part} is not in: ${line.message}`);
        }
        assert.equal(line.level, "error");
        assert.equal((await request(runtime, { method: "HEAD", path: "/events" })).status, 500);
        assert.equal((await request(runtime, { path: "/" })).status, 200);
      } finally {
        await runtime.stop();
      }
    });
  }
});

describe("a variable at the edge of its range", () => {
  for (const edge of [0, 1]) {
    it(`is taken: all at their ${["least", "greatest"][edge]}`, async () => {
      const vars = Object.fromEntries(Object.entries(numbers).map(([name, range]) => [name, range[edge]]));
      const runtime = await startRuntime({ vars });
      try {
        const stream = await open(runtime).hasTicks(1);
        stream.leave();
        assert.equal(stream.status, 200);
      } finally {
        await runtime.stop();
      }
    });
  }

  it("need not be set at all: each has its default", async () => {
    const unset = Object.fromEntries(
      [...Object.keys(numbers), "ALLOWED_ORIGINS", "EVENTS_ENABLED"].map((name) => [name, null]),
    );
    const runtime = await startRuntime({ vars: unset });
    try {
      const stream = await open(runtime).hasTicks(2);
      stream.leave();
      assert.equal(stream.ids[1] - stream.ids[0], 1000);
      const [{ value }] = stream.reader.retries;
      assert.ok(value >= 1000 && value <= 3000, `retry: ${value}`);
    } finally {
      await runtime.stop();
    }
  });
});
