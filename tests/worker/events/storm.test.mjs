// A thousand clients that are cut at once do not come back at once.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, sleep, waitFor } from "../../support/client.mjs";
import { startRuntime } from "../../support/runtime.mjs";

const CLIENTS = 1000;
const SLOT = 100; // ms

describe(`${CLIENTS} clients whose server dies`, () => {
  it("come back spread: the busiest 100 ms hold under 15 % of them", async (test) => {
    const vars = { RETRY_MS: 2000, MAX_STREAMS: 5000, MAX_STREAM_MS: 600_000 };
    const first = await startRuntime({ vars });
    const clients = Array.from({ length: CLIENTS }, () => open(first, { record: false }));
    await Promise.all(clients.map((client) => client.hasTicks(1, { ceiling: 60_000 })));

    const died = Date.now();
    await first.kill();
    const second = await startRuntime({ vars, port: first.port });
    const downFor = Date.now() - died;
    try {
      // As the HTML standard has it: wait for the reconnection time, try, and again for as long as it takes.
      const returns = await Promise.all(
        clients.map(async (client) => {
          await waitFor(() => client.closed, { what: "the cut to be noticed" });
          const retry = client.reader.retries[0].value;
          for (;;) {
            await sleep(retry);
            const again = open(second, {
              headers: { "Last-Event-ID": client.reader.lastEventId },
              record: false,
            });
            const back = await again.head().then(
              () => again.headAt - died,
              () => undefined,
            );
            again.reset();
            if (back !== undefined) return back;
          }
        }),
      );
      const slots = histogram(returns);
      test.diagnostic(`down for ${downFor} ms; returns in each ${SLOT} ms after the cut:\n${picture(slots)}`);
      const busiest = Math.max(...slots.values());
      assert.equal(returns.length, CLIENTS);
      assert.ok(busiest < CLIENTS * 0.15, `${busiest} of ${CLIENTS} in the busiest ${SLOT} ms`);
    } finally {
      await second.stop();
    }
  });
});

function histogram(times) {
  const slots = new Map();
  for (const time of times.sort((a, b) => a - b)) {
    const slot = Math.floor(time / SLOT) * SLOT;
    slots.set(slot, (slots.get(slot) ?? 0) + 1);
  }
  return slots;
}

const picture = (slots) =>
  [...slots]
    .map(([from, count]) => `${String(from).padStart(6)} ms ${"#".repeat(count / 4)} ${count}`)
    .join("\n");
