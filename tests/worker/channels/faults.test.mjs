// Which fault is tested where. A fault's number stands in the name of each test of it, so that
// `node --test --test-name-pattern='fault 13' tests/worker/channels/*.test.mjs` runs those of one.
//
// "Stubbed" means that the fault is made by the fixture in fixtures/faults.mjs, which stands between the
// parts: there is no way to have the platform itself do it on one machine.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const faults = {
  1: ["SIGKILL between commit and acknowledgement, under publishers", "faults-crash"],
  2: ["SIGKILL under 50 followers", "faults-crash"],
  3: ["the object is evicted, its sockets are kept", "eviction"],
  4: ["the object is evicted, its sockets are cut", "eviction"],
  5: ["the commit fails: a deferred foreign key", "faults-storage"],
  6: ["an exception between two statements of an append", "faults-storage"],
  7: ["a panic in the front and in each entry of the object", "panic"],
  8: ["the answer is lost, and the publisher repeats", "faults-publishers"],
  9: ["a hundred publishers at once, and producers with stale epochs", "faults-publishers"],
  10: ["readers open while others publish", "faults-publishers"],
  11: ["closing against appending and subscribing", "faults-publishers"],
  12: ["a reader that stops reading", "slow-reader"],
  13: ["trimming under a page's reader, and while a client is away", "faults-retention"],
  14: ["deleted and made again under readers; old ids, old ETags", "faults-retention"],
  15: [
    "body and name at their limits; storage that is full, for real and stubbed",
    "faults-retention",
    "faults-storage",
  ],
  16: ["TTL runs out under a subscriber; an alarm that throws once", "faults-retention", "faults-storage"],
  17: ["the clock is set back", "faults-storage"],
  18: ["overloaded and retryable errors of the stub; stubbed", "faults-bridge"],
  20: ["a replaced instance, whose storage throws; stubbed", "faults-storage"],
  21: ["front and object of different versions; their frames and questions are stubbed", "faults-bridge"],
  22: ["a socket that is silently dead; stubbed", "faults-bridge"],
};

const folder = path.dirname(fileURLToPath(import.meta.url));

describe("the table of faults", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".test.mjs"));
  const text = (file) => readFileSync(path.join(folder, file), "utf8");

  for (const [number, [what, ...where]] of Object.entries(faults)) {
    it(`fault ${number}, ${what}, has its tests where it says`, () => {
      const found = files.filter((file) => new RegExp(`\\bfault ${number}: `).test(text(file)));
      assert.deepEqual(found, where.map((file) => `${file}.test.mjs`).sort());
    });
  }
});
