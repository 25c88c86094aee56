// The raw panel's text.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MAX_LINES, Tail } from "../../public/raw.js";

describe("the raw view", () => {
  it("joins what was split, and keeps the last lines", () => {
    const tail = new Tail();
    for (const part of ["ret", "ry: 1\n", "id: 2\nda", "ta: 3\n\n"]) tail.push(part);
    assert.equal(String(tail), "retry: 1⏎\nid: 2⏎\ndata: 3⏎\n⏎\n");
    for (let k = 0; k < 1000; k += 1) tail.push(":\n");
    assert.equal(tail.lines.length, MAX_LINES);
  });
});
