// What the ids of a clock mean: which ticks are new, late, doubled or missing.
import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { LOST, START, script } from "./scripted.mjs";

describe("the ticks of the client module", () => {
  const { sources, source, listen } = script();

  it("tell their lag, and which of them the connection is not to blame for", () => {
    const { of } = listen();
    mock.timers.tick(700);
    source().open();
    source().tick(START); // was due before
    mock.timers.tick(320);
    source().tick(START + 1000);
    assert.deepEqual(
      of("tick").map(({ lag, live, replayed }) => [lag, live, replayed]),
      [
        [700, false, false],
        [20, true, false],
      ],
    );
  });

  for (const [words, offset] of Object.entries({ right: 0, "5 s ahead": 5000, "5 s behind": -5000 })) {
    it(`are replayed or live, with a clock that is ${words}`, () => {
      const { stream, of } = listen();
      const begin = START - offset; // by the server's clock
      const arrive = (ms) => {
        mock.timers.tick(begin + ms + offset + 20 - Date.now());
        source().tick(begin + ms);
      };
      source().open();
      source().tick(begin);
      for (let ms = 1000; ms <= 12_000; ms += 1000) arrive(ms);
      stream.cut(2500);
      mock.timers.tick(2500);
      source().open();
      source().tick(begin + 13_000);
      source().tick(begin + 14_000);
      arrive(15_000);
      assert.deepEqual(
        of("tick")
          .slice(-3)
          .map(({ replayed, live }) => [replayed, live]),
        [
          [true, false],
          [true, false],
          [false, true],
        ],
      );
    });
  }

  it("that come twice are counted, and not shown again", () => {
    const { of, ids } = listen();
    source().open();
    for (const id of [START, START + 1000, START + 1000, START]) source().tick(id);
    assert.deepEqual(ids(), [START, START + 1000]);
    assert.deepEqual(
      of("duplicate").map(({ id }) => id),
      [START + 1000, START],
    );
  });

  it("that will never come are told once, as the server tells it", () => {
    const { of } = listen();
    source().open();
    source().tick(START);
    source().say("gap", { after: START, resumed_at: START + 90_000, missed: 89 });
    source().tick(START + 90_000);
    assert.deepEqual(of("gap"), [
      { type: "gap", announced: true, after: START, resumed_at: START + 90_000, missed: 89 },
    ]);
  });

  it("are told to be missing once, where the connection breaks between the news and the next tick", () => {
    const { of } = listen();
    source().open();
    source().tick(START);
    source().say("gap", { after: START, resumed_at: START + 90_000, missed: 89 });
    source().fail(LOST);
    mock.timers.tick(2000);
    source().say("gap", { after: START, resumed_at: START + 95_000, missed: 94 });
    source().tick(START + 95_000);
    assert.deepEqual(
      of("gap").map(({ after, resumed_at, missed }) => [after, resumed_at, missed]),
      [
        [START, START + 90_000, 89],
        [START + 89_000, START + 95_000, 5],
      ],
    );
  });

  it("that nobody said were missing are noticed", () => {
    const { of } = listen();
    source().open();
    for (const id of [0, 3000, 4000]) source().tick(START + id);
    assert.deepEqual(of("gap"), [
      { type: "gap", announced: false, after: START, resumed_at: START + 3000, missed: 2 },
    ]);
  });

  it("are no gap where a gap is told that ends before what came already", () => {
    const { of } = listen();
    source().open();
    for (const id of [0, 1000, 2000]) source().tick(START + id);
    source().say("gap", { after: START - 9000, resumed_at: START + 1000, missed: 9 });
    source().tick(START + 3000);
    assert.deepEqual(of("gap"), []);
  });

  describe("where no interval was given", () => {
    it("tell by their distance how long to wait for the next one", () => {
      const { states } = listen({ interval: undefined });
      source().open();
      source().tick(START);
      mock.timers.tick(20_000);
      source().tick(START + 20_000);
      mock.timers.tick(24_999);
      assert.deepEqual(states(), ["live"]);
      mock.timers.tick(1);
      assert.deepEqual(states(), ["live", "reconnecting silent"]);
    });

    /** A server with ticks each `interval`, which resumes where it knows the id. */
    function serve(interval, until, brought) {
      while (Date.now() < until) {
        const it = source();
        if (it.readyState === 0) {
          it.open();
          const last = Number(it.url.searchParams.get("last_event_id") ?? NaN);
          const latest = Date.now() - (Date.now() % interval);
          if (last % interval !== 0 || last > latest) it.tick(latest);
          else for (let id = last + interval; id <= latest; id += interval) it.tick(id);
        } else if (it.readyState === 1 && Date.now() % interval === 0) {
          brought.push(Date.now());
          it.tick(Date.now());
        }
        mock.timers.tick(Date.now() % 500 ? 500 - (Date.now() % 500) : 500);
      }
    }

    it("are waited for at the new interval after a deploy that changed it, without false duplicates", () => {
      const { of, ids, states } = listen({ interval: undefined });
      serve(1000, START + 13_000, []);
      source().fail(LOST); // the deploy
      const before = sources.length;
      const due = [];
      serve(20_000, START + 3_600_000, due);
      assert.equal(sources.length, before + 1, "one connection for the whole hour");
      assert.deepEqual(states(), ["live", "reconnecting lost", "live"]);
      assert.deepEqual(of("duplicate"), []);
      assert.deepEqual(of("gap"), []);
      assert.ok(due.length > 170);
      assert.deepEqual(ids().slice(13), due, "each tick once, and none that was shown before");
    });
  });

  for (const interval of [1000, undefined]) {
    it(`come from the latest one, where the page’s last id is ahead of the server (interval ${interval})`, () => {
      const { of, ids } = listen({ lastEventId: START + 3_600_000, interval });
      source().open();
      for (let ms = 0; ms < 30_000; ms += 1000) {
        source().tick(START + ms);
        mock.timers.tick(1000);
      }
      assert.equal(ids().length, 30);
      assert.deepEqual(of("duplicate"), []);
      assert.deepEqual(of("gap"), []);
      assert.equal(of("tick")[0].replayed, false);
      assert.equal(of("tick").at(-1).live, true);
    });
  }

  it("go on with a server whose clock was set back: nothing is shown twice, and not all is dropped", () => {
    const { ids } = listen();
    source().open();
    for (const ms of [0, 1000, 2000, 3000]) source().tick(START + ms);
    source().fail(LOST);
    mock.timers.tick(2000);
    source().open();
    for (const ms of [-60_000, -59_000, -58_000]) source().tick(START + ms);
    assert.deepEqual(
      ids().map((id) => id - START),
      [0, 1000, 2000, 3000, -59_000, -58_000],
    );
  });

  describe("whose ids are no times", () => {
    it("have no lag, miss nothing that was not told, and are waited for as long as any", () => {
      const { of, states } = listen({ interval: 1000 });
      source().open();
      for (const id of [41, 42]) source().tick(id, `${id} left`);
      mock.timers.tick(40_000);
      source().tick(9000, "9000 left");
      assert.deepEqual(
        of("tick").map(({ id, data, lag, live, replayed }) => [id, data, lag, live, replayed]),
        [
          [41, "41 left", undefined, false, false],
          [42, "42 left", undefined, true, false],
          [9000, "9000 left", undefined, true, false],
        ],
      );
      assert.deepEqual(of("gap"), []);
      assert.deepEqual(states(), ["live"]);
    });

    it("are replayed when they come with the connection, and live afterwards", () => {
      const { of } = listen({ interval: undefined, lastEventId: 41 });
      source().open();
      for (const id of [42, 43]) source().tick(id, "");
      mock.timers.tick(1000);
      source().tick(44, "");
      assert.deepEqual(
        of("tick").map(({ live, replayed }) => [live, replayed]),
        [
          [false, true],
          [false, true],
          [true, false],
        ],
      );
    });

    it("are told to be missing as the server tells it", () => {
      const { of } = listen({ lastEventId: 41 });
      source().open();
      source().say("gap", { after: 41, resumed_at: 200, missed: 158 });
      source().tick(200, "");
      assert.deepEqual(of("gap"), [
        { type: "gap", announced: true, after: 41, resumed_at: 200, missed: 158 },
      ]);
    });
  });
});
