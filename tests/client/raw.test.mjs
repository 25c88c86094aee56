// The raw panel: what it shows, and when it asks the server again.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { MAX_LINES, read, Tail } from "../../public/raw.js";
import { define, pass, settle } from "./scripted.mjs";

describe("the raw view", () => {
  it("joins what was split, and keeps the last lines", () => {
    const tail = new Tail();
    for (const part of ["ret", "ry: 1\n", "id: 2\nda", "ta: 3\n\n"]) tail.push(part);
    assert.equal(String(tail), "retry: 1⏎\nid: 2⏎\ndata: 3⏎\n⏎\n");
    for (let k = 0; k < 1000; k += 1) tail.push(":\n");
    assert.equal(tail.lines.length, MAX_LINES);
  });
});

describe("the raw view’s requests", () => {
  const { fetch } = globalThis;
  let stop;
  beforeEach(() => {
    mock.timers.enable({ apis: ["Date", "setTimeout"], now: 0 });
    mock.method(Math, "random", () => 0.5);
    stop = new AbortController();
  });
  afterEach(() => {
    stop.abort();
    mock.timers.reset();
    mock.restoreAll();
    define("fetch", fetch);
  });

  /** Reads for an hour from a server that always gives this answer: when it was asked, and what was shown. */
  async function anHourOf({ status = 200, headers = {}, parts = /** @type {string[]} */ ([]) }) {
    const asked = [];
    const notes = [];
    let shown = "";
    define("fetch", async () => {
      asked.push(Date.now());
      if (!status) throw new TypeError("network");
      const left = parts.map((part) => new TextEncoder().encode(part));
      const getReader = () => ({ read: async () => ({ done: left.length === 0, value: left.shift() }) });
      return { status, headers: new Headers(headers), body: parts.length ? { getReader } : null };
    });
    read("http://edge.test/events", stop.signal, {
      text: (text) => (shown += text),
      note: (words) => notes.push(words),
    });
    await settle();
    await pass(3_600_000, 500);
    const waits = asked.slice(1).map((at, k) => at - asked[k]);
    return { asked, waits, shown, notes };
  }

  it("end with the off switch", async () => {
    const { asked, notes } = await anHourOf({ status: 204 });
    assert.equal(asked.length, 1);
    assert.match(notes.at(-1), /^204 no body: the server wants no more/);
  });

  it("end with a refusal, which is shown", async () => {
    const parts = ['{"status":400}'];
    const { asked, shown } = await anHourOf({ status: 400, parts });
    assert.equal(asked.length, 1);
    assert.equal(shown, parts[0]);
  });

  /** @type {[words: string, parts: string[], wait: number][]} */
  const told = [
    ["as the stream says", ["retry: 2500\nid: 1\ndata: x\n\n"], 2500],
    ["as it says across the parts in which it came", ["ret", "ry: 35", "00\nid: 1\n"], 3500],
    ["as it said last", ["retry: 2500\ndata: x\n\n", "retry: 1500\nevent: rotate\ndata: {}\n\n"], 1500],
    ["as a full server says", ['retry: 17000\nevent: overload\ndata: {"retry_ms":17000}\n\n'], 17_000],
  ];
  for (const [words, parts, wait] of told) {
    it(`come again ${words}`, async () => {
      const { waits, notes } = await anHourOf({ parts });
      assert.equal(waits.length, Math.floor(3_600_000 / wait));
      assert.deepEqual(new Set(waits), new Set([wait]));
      assert.ok(notes.includes(`the stream ended, again in ${Math.ceil(wait / 1000)} s`));
    });
  }

  it("come again as Retry-After says", async () => {
    const { waits } = await anHourOf({ status: 503, headers: { "retry-after": "18" }, parts: ["{}"] });
    assert.deepEqual(new Set(waits), new Set([18_000]));
  });

  for (const status of [0, 500, 429]) {
    it(`come more and more slowly while they fail: ${status || "no answer"}`, async () => {
      const { waits } = await anHourOf({ status });
      assert.deepEqual(waits.slice(0, 6), [2000, 4000, 8000, 16_000, 30_000, 30_000]);
      assert.ok(waits.length < 125);
    });
  }
});
