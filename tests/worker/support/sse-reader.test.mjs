// The reader that the other tests trust, against the HTML standard's own examples and rules.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SseReader } from "../../support/sse-reader.mjs";

/** Reads `text` whole and at every split into two, and byte by byte: always the same. */
function read(text) {
  const bytes = Buffer.from(text);
  const outcomes = [];
  for (let split = 0; split <= bytes.length; split += 1) {
    const reader = new SseReader();
    reader.feed(bytes.subarray(0, split), 0);
    reader.feed(bytes.subarray(split), 0);
    outcomes.push(reader);
  }
  const single = new SseReader();
  for (const byte of bytes) single.feed(Uint8Array.of(byte), 0);
  outcomes.push(single);
  for (const { events, retries, comments } of outcomes) {
    assert.deepEqual({ events, retries, comments }, pick(outcomes[0]));
  }
  return outcomes[0];
}

const pick = ({ events, retries, comments }) => ({ events, retries, comments });
const seen = (text) => read(text).events.map(({ type, data, lastEventId }) => [type, data, lastEventId]);

describe("the reader of event streams", () => {
  it("reads the standard's stock ticker: two lines of data are one event", () => {
    assert.deepEqual(seen("data: YHOO\ndata: +2\ndata: 10\n\n"), [["message", "YHOO\n+2\n10", ""]]);
  });

  it("reads the standard's four blocks: a comment, an id, an id that is reset, a line with a leading space", () => {
    const text =
      ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
    assert.deepEqual(seen(text), [
      ["message", "first event", "1"],
      ["message", "second event", ""],
      ["message", " third event", ""],
    ]);
  });

  it("fires the standard's events of empty data, and drops the unfinished one", () => {
    assert.deepEqual(seen("data\n\ndata\ndata\n\ndata:"), [
      ["message", "", ""],
      ["message", "\n", ""],
    ]);
  });

  it('takes "data:test" and "data: test" for the same', () => {
    assert.deepEqual(seen("data:test\n\ndata: test\n\n"), [
      ["message", "test", ""],
      ["message", "test", ""],
    ]);
  });

  it("ends lines at LF, CR and CRLF", () => {
    assert.deepEqual(seen("data: a\rdata: b\r\ndata: c\n\r\n"), [["message", "a\nb\nc", ""]]);
    assert.deepEqual(seen("data: a\r\rdata: b\r\n\r\n"), [
      ["message", "a", ""],
      ["message", "b", ""],
    ]);
  });

  it("drops one byte order mark at the start, and none later", () => {
    assert.deepEqual(seen("\ufeffdata: a\n\ndata: \ufeffb\n\n"), [
      ["message", "a", ""],
      ["message", "\ufeffb", ""],
    ]);
  });

  it("names an event for one block only", () => {
    assert.deepEqual(seen("event: gap\ndata: 1\n\ndata: 2\n\n"), [
      ["gap", "1", ""],
      ["message", "2", ""],
    ]);
  });

  it("keeps the id across blocks, also from a block without data", () => {
    assert.deepEqual(seen("id: 7\n\ndata: a\n\n"), [["message", "a", "7"]]);
  });

  it("ignores an id with NUL, unknown fields, and a retry that is not all digits", () => {
    const reader = read(
      "id: 1\0\nfoo: bar\nretry: -5\nretry: 1.5\nretry: 12x\nretry:\nretry: 250\ndata: a\n\n",
    );
    assert.deepEqual(
      reader.events.map(({ lastEventId }) => lastEventId),
      [""],
    );
    assert.deepEqual(
      reader.retries.map(({ value }) => value),
      [250],
    );
  });

  it("tells a comment inside a block from one between blocks", () => {
    const { comments, events } = read(":a\nid: 1\n:b\ndata: x\n\n:c\n");
    assert.deepEqual(
      comments.map(({ text, insideBlock }) => [text, insideBlock]),
      [
        ["a", false],
        ["b", true],
        ["c", false],
      ],
    );
    assert.equal(events.length, 1);
  });

  it("counts a block that has fields and no data, and fires nothing for it", () => {
    const reader = read("retry: 5\n\n\n\ndata: a\n\n");
    assert.equal(reader.emptyBlocks, 1);
    assert.equal(reader.events.length, 1);
  });
});
