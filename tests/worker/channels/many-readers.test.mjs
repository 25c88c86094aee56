// Many readers of one channel come, all have what is published, and leave nothing behind.
//
// 1,000 by default; EDGE_EVENTS_LONG=1 makes it 5,000.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  channelVars,
  head,
  LONG,
  openView,
  ordinal,
  publish,
  untilReaders,
} from "../../support/channels-clients.mjs";
import { untilLive, waitFor } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const READERS = LONG ? 5000 : 1000;
const ROUNDS = 2;
const KIB = 1024;

describe(`${READERS} readers of one channel`, () => {
  const runtime = runtimeWith({
    ...channelVars,
    MAX_STREAMS: READERS + 100,
    MAX_STREAM_MS: 3_600_000,
    HEARTBEAT_MS: LONG ? 15_000 : 2000, // by which a closed tab is noticed
  });
  const name = "open/many";

  it("all have the one message, and when they have left, everything is free", async (test) => {
    await publish(runtime, name, ["first"]);
    const before = await runtime.heap();
    for (let round = 1; round <= ROUNDS; round += 1) {
      await publish(runtime, name, [`before ${round}`]);
      const views = [];
      while (views.length < READERS) {
        const more = Array.from({ length: 100 }, () => openView(runtime, name, { record: false }));
        views.push(...more);
        await waitFor(() => more.every((view) => view.named("ready").length > 0), {
          what: "a hundred more to be let in",
          ceiling: 60_000,
        }).catch((error) => {
          const not = views.filter((view) => view.named("ready").length === 0);
          const [{ status, text, closed, error: why }] = not;
          throw new Error(
            `${error.message}; ${not.length} of ${views.length} are not: ${status} ${text} ${closed} ${why}`,
          );
        });
      }
      assert.equal((await head(runtime, name)).readers, READERS);
      await untilLive(runtime, READERS);
      const offset = await publish(runtime, name, [`round ${round}`]);
      await waitFor(() => views.every((view) => view.ticks.length > 0), {
        what: "all readers to have it",
        ceiling: 60_000,
      });
      for (const { ticks } of views) {
        assert.equal(ticks.length, 1);
        assert.equal(ticks[0].data, `"round ${round}"`);
        assert.equal(ticks[0].lastEventId, offset);
        assert.equal(ordinal(offset), 2 * round + 1);
      }
      const full = await runtime.heap();
      // Half of them as a closed tab does, half as a crash.
      views.forEach((view, k) => (k % 2 ? view.leave() : view.reset()));
      await untilLive(runtime, 0, { ceiling: 60_000 });
      await untilReaders(runtime, name, 0, { ceiling: 60_000 });
      const [each, allowed] = [(full - before) / READERS, KIB];
      let left;
      await waitFor(async () => (left = ((await runtime.heap()) - before) / READERS) <= allowed, {
        what: "what V8 has in use to be as before",
        every: 500,
      }).catch((error) => {
        throw new Error(`${error.message}: ${left} of ${each} bytes are left for each`);
      });
      test.diagnostic(
        `round ${round}: ${(each / KIB).toFixed(1)} KiB of V8's heap for each reader, ${left.toFixed(0)} bytes when it has left; ${(runtime.memory() / KIB / KIB).toFixed(0)} MiB resident`,
      );
    }
  });
});
