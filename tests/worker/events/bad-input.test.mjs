// What nobody should send, and exactly what it is answered.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { Exchange, untilLive } from "../../support/client.mjs";
import { root } from "../../support/runtime.mjs";
import { runtimeWith } from "../../support/suite.mjs";
import { formatNames, STREAM, table } from "./bad-input-table.mjs";

describe(`bad input: a table of ${table.length} requests`, () => {
  const runtime = runtimeWith();
  const version = /^version = "(.+)"$/m.exec(readFileSync(path.join(root, "Cargo.toml"), "utf8"))?.[1];

  it("knows the formats", () =>
    assert.ok(formatNames.includes("iso") && formatNames.length >= 3, `${formatNames}`));

  for (const row of table) {
    const { method, target, headers, status, body } = row;
    const shown =
      row.raw ??
      [method, target, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join(" ");
    it(`${JSON.stringify(shown).slice(0, 100)} is answered ${status}`, async () => {
      const bytes = row.raw ? Buffer.from(row.raw, "latin1") : undefined;
      const asked = Date.now();
      const answer = new Exchange(runtime.port, { method, path: target, headers, raw: bytes });
      try {
        await answer.head();
        assert.equal(answer.status, status, answer.text);
        assert.equal(answer.headers["x-injected"], undefined);
        assert.equal(answer.headers.allow, row.allow);
        if (body === STREAM) return await assertFreshStream(answer, asked, intervalOf(target));
        await answer.finished();
        if (typeof body === "string") return assert.equal(normal(answer.text), body);
        assert.equal(answer.headers["content-type"], "application/problem+json");
        assert.deepEqual(answer.json(), body);
      } finally {
        answer.reset();
      }
    });
  }

  const normal = (text) =>
    text.replace(version, "VERSION").replace(/"live_streams":[0-9]+/, '"live_streams":LIVE');

  it("leaves the Worker as it was: it answers, and no stream stays behind", async () => {
    await untilLive(runtime, 0);
  });
});

/** The interval that a target asks for, as any reader of queries finds it. */
const intervalOf = (target = "/events") =>
  Number(new URL(target, "http://the.worker").searchParams.get("interval") ?? 1000);

/** A whole first event, which is the latest tick, nothing replayed, and nothing of the request in it. */
async function assertFreshStream(answer, asked, interval) {
  assert.equal(answer.headers["content-type"], "text/event-stream");
  await answer.hasTicks(1);
  assert.match(answer.text, /^retry: [0-9]+\nid: [0-9]+\ndata: [0-9TZ:.-]+\n\n/);
  const [{ at }] = answer.ticks;
  const [id] = answer.ids;
  assert.equal(id % interval, 0);
  const earliest = asked - (asked % interval);
  assert.ok(earliest <= id && id <= at, `${id} was not the latest tick of any moment from ${asked} to ${at}`);
}
