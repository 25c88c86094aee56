// What a client gets that was here before.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open } from "../../support/client.mjs";
import { idsBetween, latestTick, MINUTE, runtimeWith, withinOneMinute } from "../../support/suite.mjs";

const MAX = 60; // MAX_REPLAY_TICKS

/**
 * Resumes at one tick a minute, so that what is owed does not change while we look.
 *
 * @param {{ port: number }} runtime
 * @param {{ header?: number | string, query?: number | string, expect: number }} sent
 */
async function resumeMinutes(runtime, { header, query, expect }) {
  const path = `/events?interval=60000${query === undefined ? "" : `&last_event_id=${query}`}`;
  const stream = open(runtime, { path, headers: { "Last-Event-ID": header } });
  await stream.hasTicks(expect);
  stream.leave();
  assert.equal(stream.status, 200);
  return stream;
}

describe("a resuming client", { concurrency: true }, () => {
  const runtime = runtimeWith({ MAX_REPLAY_TICKS: MAX, CPU_BUDGET_MS: 300_000 });

  it("gets every tick after its Last-Event-ID, none twice, and goes on live", async () => {
    const last = latestTick(100) - 1500;
    const stream = open(runtime, { path: "/events?interval=100", headers: { "Last-Event-ID": last } });
    await stream.hasTicks(30);
    stream.leave();
    assert.deepEqual(stream.ids, idsBetween(last + 100, stream.ids.at(-1), 100));
    assert.deepEqual(stream.named("gap"), []);
  });

  it("may send its last id in the query", async () => {
    const last = latestTick(100) - 1500;
    const stream = await open(runtime, { path: `/events?interval=100&last_event_id=${last}` }).hasTicks(20);
    stream.leave();
    assert.deepEqual(stream.ids, idsBetween(last + 100, stream.ids.at(-1), 100));
  });

  it("is believed in its header where the query says otherwise", () =>
    withinOneMinute(async (latest) => {
      const stream = await resumeMinutes(runtime, {
        header: latest - 2 * MINUTE,
        query: latest - 9 * MINUTE,
        expect: 2,
      });
      assert.deepEqual(stream.ids, [latest - MINUTE, latest]);
    }));

  it("is believed in its header even where only the query is well-formed", () =>
    withinOneMinute(async (latest) => {
      const stream = await resumeMinutes(runtime, {
        header: "nonsense",
        query: latest - 9 * MINUTE,
        expect: 1,
      });
      assert.deepEqual(stream.ids, [latest]);
    }));

  // `missed` counts the ticks between the client's last one and the latest, as the gap event does.
  for (const missed of [0, 1, MAX - 1, MAX]) {
    it(`gets all of it in order after ${missed} missed ticks`, () =>
      withinOneMinute(async (latest) => {
        const last = latest - (missed + 1) * MINUTE;
        const stream = await resumeMinutes(runtime, { header: last, expect: missed + 1 });
        assert.deepEqual(stream.ids, idsBetween(last + MINUTE, latest, MINUTE));
        assert.deepEqual(stream.named("gap"), []);
      }));
  }

  for (const missed of [MAX + 1, MAX + 2, 1000, 10_000_000]) {
    it(`is told of a gap by true numbers after ${missed} missed ticks`, () =>
      withinOneMinute(async (latest) => {
        const last = latest - (missed + 1) * MINUTE;
        const stream = await resumeMinutes(runtime, { header: last, expect: 1 });
        assert.deepEqual(stream.ids, [latest]);
        const gap = new RegExp(
          `^event: gap\n(id: ${last}\n)?data: {"after":${last},"resumed_at":${latest},"missed":${missed}}\n\n$`,
        );
        assert.match(stream.text.replace(/^retry: [0-9]+\n/, "").split(/(?<=\n\n)/)[0], gap);
        assert.equal(stream.named("gap").length, 1);
      }));
  }

  it("may have seen nothing since 1970", () =>
    withinOneMinute(async (latest) => {
      const stream = await resumeMinutes(runtime, { header: "0", expect: 1 });
      const gap = { after: 0, resumed_at: latest, missed: latest / MINUTE - 1 };
      assert.deepEqual(JSON.parse(stream.named("gap")[0].data), gap);
      assert.deepEqual(stream.ids, [latest]);
    }));
});

describe("a client whose last id is of no use", { concurrency: true }, () => {
  const runtime = runtimeWith();
  const useless = {
    "is empty": () => "",
    "is a word": () => "abc",
    "is negative": (latest) => -latest,
    "has a plus sign": (latest) => `+${latest}`,
    "has a fraction": (latest) => `${latest}.0`,
    "has an exponent": () => "6e4",
    "is hexadecimal": () => "0xea60",
    "has a space inside": () => "6 0000",
    "has a letter at the end": (latest) => `${latest}n`,
    "is two ids": (latest) => `${latest - 2 * MINUTE}, ${latest - MINUTE}`,
    "is not of ASCII digits": () => "٦٠٠٠٠",
    "is no multiple of the interval": (latest) => latest - MINUTE + 1,
    "is in the future": (latest) => latest + 2 * MINUTE,
    "is in the far future": (latest) => latest * 1000,
    "is the greatest 64-bit number": () => "18446744073709551615",
    "is beyond 64 bits": () => "18446744073709551616",
    "has 64 digits": () => `${"6".repeat(60)}0000`,
    "has 65 bytes": (latest) => String(latest - MINUTE).padStart(65, "0"),
    "has 4,000 bytes": () => "6".repeat(4000),
  };
  for (const [what, make] of Object.entries(useless)) {
    for (const where of ["header", "query"]) {
      it(`starts afresh with 200 when the ${where} ${what}`, () =>
        withinOneMinute(async (latest) => {
          const value = make(latest);
          const sent =
            where === "header" ? Buffer.from(String(value)).toString("latin1") : encodeURIComponent(value);
          const stream = await resumeMinutes(runtime, { [where]: sent, expect: 1 });
          assert.deepEqual(stream.ids, [latest]);
          assert.deepEqual(stream.named("gap"), []);
        }));
    }
  }
});

describe("MAX_REPLAY_TICKS", { concurrency: true }, () => {
  const none = runtimeWith({ MAX_REPLAY_TICKS: 0 });
  const many = runtimeWith({ MAX_REPLAY_TICKS: 10_000, CPU_BUDGET_MS: 300_000 });

  it("of 0 replays nothing and says so", () =>
    withinOneMinute(async (latest) => {
      const stream = await resumeMinutes(none, { header: latest - 2 * MINUTE, expect: 1 });
      assert.deepEqual(stream.ids, [latest]);
      assert.equal(JSON.parse(stream.named("gap")[0].data).missed, 1);
    }));

  it("of 10,000 replays them all", async () => {
    const last = latestTick(100) - 9_000 * 100;
    const stream = open(many, { path: "/events?interval=100", headers: { "Last-Event-ID": last } });
    await stream.hasTicks(9_010, { ceiling: 60_000 });
    stream.leave();
    assert.deepEqual(stream.ids, idsBetween(last + 100, stream.ids.at(-1), 100));
    assert.deepEqual(stream.named("gap"), []);
  });
});
