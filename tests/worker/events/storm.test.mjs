// A thousand clients that are cut at once do not come back at once.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, sleep, waitFor } from "../../support/client.mjs";
import { startRuntime } from "../../support/runtime.mjs";
import { idsBetween } from "../../support/suite.mjs";

const CLIENTS = 1000;
const SLOT = 100; // ms
const vars = { RETRY_MS: 2000, MAX_STREAMS: 5000, MAX_REPLAY_TICKS: 600 };

describe(`${CLIENTS} clients whose server dies`, () => {
  it("are told to come back spread, and all come back without losing a tick", async (test) => {
    const first = await startRuntime({ vars });
    const clients = Array.from({ length: CLIENTS }, () => open(first, { record: false }));
    await Promise.all(clients.map((client) => client.hasTicks(1, { ceiling: 60_000 })));
    const told = clients.map((client) => client.reader.retries[0].value);

    const died = Date.now();
    await first.kill();
    const second = await startRuntime({ vars, port: first.port });
    try {
      const returns = await Promise.all(clients.map((client) => comeBack(client, second, died)));
      test.diagnostic(`returns in each ${SLOT} ms after the cut:\n${picture(histogram(returns))}`);
      // 50 of each 1,000 are expected in each of the 20 slots.
      const busiest = Math.max(...histogram(told).values());
      assert.ok(busiest < CLIENTS * 0.1, `${busiest} of ${CLIENTS} are told the same ${SLOT} ms`);
    } finally {
      await second.stop();
    }
  });
});

/** As the HTML standard has it: wait for the reconnection time, try, and again for as long as it takes. */
async function comeBack(client, runtime, died) {
  await waitFor(() => client.closed, { what: "the cut to be noticed" });
  for (let tries = 1; tries <= 20; tries += 1) {
    await sleep(client.reader.retries[0].value);
    const headers = { "Last-Event-ID": client.reader.lastEventId };
    const again = open(runtime, { headers, record: false });
    try {
      await again.head();
      await again.hasTicks(1);
    } catch {
      continue; // the new server is not up yet
    } finally {
      again.reset();
    }
    const ids = [...client.ids, ...again.ids];
    assert.deepEqual(ids, idsBetween(ids[0], ids.at(-1), 1000));
    return again.headAt - died;
  }
  throw new Error("a client could not come back in 20 tries");
}

function histogram(times) {
  const slots = new Map();
  for (const time of times.toSorted((a, b) => a - b)) {
    const slot = Math.floor(time / SLOT) * SLOT;
    slots.set(slot, (slots.get(slot) ?? 0) + 1);
  }
  return slots;
}

const picture = (slots) =>
  [...slots]
    .map(([from, count]) => `${String(from).padStart(6)} ms ${"#".repeat(count / 4)} ${count}`)
    .join("\n");
