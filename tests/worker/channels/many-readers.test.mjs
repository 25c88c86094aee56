// Many readers of one channel come, all have what is published, and leave nothing behind.
//
// 1,500 by default; EDGE_EVENTS_LONG=1 makes it 5,000.
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
} from "../../support/channels.mjs";
import { untilLive, waitFor } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const READERS = LONG ? 5000 : 1500;
const ROUNDS = 3;
const MIB = 1024 * 1024;

describe(`${READERS} readers of one channel`, () => {
  const runtime = runtimeWith({
    ...channelVars,
    MAX_STREAMS: READERS + 100,
    MAX_STREAM_MS: 3_600_000,
    HEARTBEAT_MS: 2000, // by which a closed tab is noticed
  });
  const name = "open/many";

  it("all have the one message, and when they have left, everything is free", async (test) => {
    const after = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      await publish(runtime, name, [`before ${round}`]);
      const views = [];
      while (views.length < READERS) {
        const more = Array.from({ length: 100 }, () => openView(runtime, name, { record: false }));
        await Promise.all(
          more.map((view) => view.until(() => view.named("ready").length > 0, { ceiling: 60_000 })),
        );
        views.push(...more);
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
        assert.equal(ordinal(offset), 2 * round);
      }
      const full = runtime.memory();
      // Half of them as a closed tab does, half as a crash.
      views.forEach((view, k) => (k % 2 ? view.leave() : view.reset()));
      await untilLive(runtime, 0, { ceiling: 60_000 });
      await untilReaders(runtime, name, 0, { ceiling: 60_000 });
      await runtime.collectGarbage();
      after.push(runtime.memory());
      test.diagnostic(
        `round ${round}: ${(full / MIB).toFixed(1)} MiB with readers, ${(after.at(-1) / MIB).toFixed(1)} MiB without`,
      );
    }
    // What the first round needs, allocators and V8 keep; a later one must not need more on top.
    const grown = after.at(-1) - after[1];
    assert.ok(
      grown < 0.2 * after[1],
      `${(grown / MIB).toFixed(1)} MiB more after round ${ROUNDS} than after 2`,
    );
  });
});
