// One connection for all tabs: who has it, who waits for it, and what is handed on.
import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { LOST, pass, ScriptedChannel, START, script, settle } from "./scripted.mjs";

const OVERLOAD = { retry_ms: 20_000 };

describe("tabs that share a connection", () => {
  const { sources, source, listen } = script();

  /** Tabs, one after another. */
  async function tabs(count, options) {
    const all = [];
    for (let k = 0; k < count; k += 1) {
      all.push(listen({ shared: true, ...options }));
      await settle();
    }
    return all;
  }
  const leads = (all) => all.map(({ stream }) => stream.leads);
  const tick = async (id) => {
    source().tick(id);
    await settle();
  };
  const shift = (ids) => ids.map((id) => id - START);

  it("have one, and each tick reaches all", async () => {
    const all = await tabs(3);
    source().open();
    for (const ms of [0, 1000]) await tick(START + ms);
    assert.equal(sources.length, 1);
    assert.deepEqual(leads(all), [true, false, false]);
    for (const { ids, states } of all) {
      assert.deepEqual(shift(ids()), [0, 1000]);
      assert.deepEqual(states(), ["live"]);
    }
  });

  it("ask a server that accepts and hangs no more often than one tab does", async () => {
    const attempts = async (count) => {
      sources.length = 0;
      const all = await tabs(count);
      await pass(300_000);
      for (const { close } of all) close();
      await settle();
      return sources.map(({ openedAt }) => openedAt - sources[0].openedAt);
    };
    const alone = await attempts(1);
    assert.deepEqual(alone.slice(0, 5), [0, 12_000, 26_000, 44_000, 70_000]);
    assert.deepEqual(await attempts(6), alone);
  });

  it("do not take the lead while a slow stream is simply between two ticks", async () => {
    const all = await tabs(3, { interval: 20_000 });
    source().open();
    await tick(START);
    source().say("rotate", { reason: "lifetime", retry_ms: 2000 });
    await settle();
    source().open();
    await pass(19_000);
    assert.equal(sources.length, 2);
    assert.deepEqual(leads(all), [true, false, false]);
  });

  it("take the lead from a tab that has gone silent beyond its own word", async () => {
    const all = await tabs(2);
    source().open();
    await tick(START);
    const [first] = ScriptedChannel.all; // the leader hangs: nothing of it is heard any more
    ScriptedChannel.all.delete(first);
    first.postMessage = () => {};
    await pass(6000);
    assert.deepEqual(leads(all), [true, false]);
    await pass(6000);
    assert.deepEqual(leads(all), [false, true]);
  });

  it("give a tab that slept the time to hear what was told meanwhile", async () => {
    const all = await tabs(2);
    source().open();
    await tick(START);
    mock.timers.setTime(START + 3_600_000); // all timers of both tabs are overdue
    mock.timers.tick(1);
    await settle();
    assert.deepEqual(leads(all), [true, false]);
  });

  /** @type {[words: string, news: (all: any[]) => unknown, wait: number][]} */
  const waits = [
    ["after failures, with their number", () => source().fail(LOST), 2000],
    ["a full server’s time", () => source().say("overload", OVERLOAD), OVERLOAD.retry_ms],
    ["a planned end’s time", () => source().say("rotate", { reason: "cpu", retry_ms: 7000 }), 7000],
    ["a cut", (all) => all[1].stream.cut(30_000), 30_000],
  ];
  for (const [words, news, wait] of waits) {
    it(`hand on what is to be waited for: ${words}`, async () => {
      const all = await tabs(3);
      source().open();
      await tick(START);
      await news(all);
      await settle();
      const { retryAt } = all[2].stream.state;
      assert.equal(retryAt - Date.now(), wait);
      all[0].close();
      await settle();
      assert.deepEqual(leads(all), [false, true, false]);
      const before = sources.length;
      await pass(wait - 250);
      assert.equal(sources.length, before);
      assert.equal(all[1].stream.state.retryAt, retryAt);
      await pass(250);
      assert.equal(sources.length, before + 1);
      source().fail(LOST);
      await settle();
      const failures = words.startsWith("after failures") ? 1 : 0;
      assert.equal(all[1].stream.state.retryAt - Date.now(), 2000 * 2 ** failures);
    });
  }

  it("tell a tab that comes later what it is that all wait for", async () => {
    const [first] = await tabs(1);
    source().open();
    await tick(START);
    first.stream.cut(30_000);
    const [second] = await tabs(1);
    assert.deepEqual(second.states(), ["reconnecting cut"]);
    first.close();
    await pass(29_750);
    assert.equal(sources.length, 1);
    await pass(250);
    assert.equal(sources.length, 2);
  });

  it("bring one up to date that comes later, and say what is too old", async () => {
    await tabs(1);
    source().open();
    for (let ms = 0; ms < 100_000; ms += 1000) await tick(START + ms);
    const [fresh, late, old, ahead] = [
      (await tabs(1))[0],
      (await tabs(1, { lastEventId: START + 95_000 }))[0],
      (await tabs(1, { lastEventId: START + 10_000 }))[0],
      (await tabs(1, { lastEventId: START + 9_000_000 }))[0],
    ];
    await tick(START + 100_000);
    assert.deepEqual(shift(fresh.ids()), [99_000, 100_000]);
    assert.deepEqual(shift(late.ids()), [96_000, 97_000, 98_000, 99_000, 100_000]);
    assert.deepEqual(shift(ahead.ids()), [99_000, 100_000]);
    assert.deepEqual(shift(old.ids()).slice(0, 2), [40_000, 41_000]);
    assert.deepEqual(
      old.of("gap").map(({ after, resumed_at, missed }) => [after - START, resumed_at - START, missed]),
      [[10_000, 40_000, 29]],
    );
    for (const { of } of [fresh, late, ahead]) assert.deepEqual(of("gap"), []);
  });

  it("are each told the gap that is theirs", async () => {
    const [leader, follower] = await tabs(2);
    source().open();
    for (const ms of [0, 1000]) await tick(START + ms);
    // The follower alone gets what another tab, which led meanwhile, has brought.
    const other = new ScriptedChannel([...ScriptedChannel.all][0].name);
    const bring = (ids, to) =>
      other.postMessage({
        from: "other",
        to,
        message: {
          news: ids.map((id) => ({ type: "tick", id, data: "", lag: 0, live: true })),
          until: Date.now() + 60_000,
          backoff: {},
        },
      });
    const deaf = [...ScriptedChannel.all][0];
    const hears = deaf.onmessage;
    deaf.onmessage = undefined;
    bring([2000, 3000, 4000].map((ms) => START + ms));
    await settle();
    deaf.onmessage = hears;
    assert.deepEqual(shift(follower.ids()), [0, 1000, 2000, 3000, 4000]);

    source().say("gap", { after: START + 1000, resumed_at: START + 4000, missed: 2 });
    await tick(START + 4000);
    await tick(START + 5000);
    const gaps = ({ of }) =>
      of("gap").map(({ after, resumed_at, missed }) => [after - START, resumed_at - START, missed]);
    assert.deepEqual(gaps(leader), [[1000, 4000, 2]]);
    assert.deepEqual(gaps(follower), [], "it missed nothing, and no second gap follows from it");
    assert.deepEqual(shift(follower.ids()), [0, 1000, 2000, 3000, 4000, 5000]);

    source().say("gap", { after: START + 1000, resumed_at: START + 9000, missed: 7 });
    await tick(START + 9000);
    assert.deepEqual(gaps(follower), [[5000, 9000, 3]], "of a gap it is told the part that it missed");
  });

  it("of another version of the module share nothing with these", async () => {
    const [tab] = await tabs(1);
    source().open();
    await tick(START);
    const old = new ScriptedChannel("edge-events http://edge.test/events?interval=1000");
    old.postMessage({ type: "gap", after: START, resumed_at: START + 9000, missed: 8 });
    old.postMessage({ type: "cut", ms: 9000 });
    await settle();
    assert.deepEqual(tab.of("gap"), []);
    assert.deepEqual(tab.states(), ["live"]);
    assert.match([...ScriptedChannel.all][0].name, /^edge-events\/\d+ http/);
  });

  it("stop one by one by their signals, and all together by the server’s word", async () => {
    const all = await tabs(3);
    source().open();
    await tick(START);
    all[1].close();
    await tick(START + 1000);
    assert.deepEqual(all[1].states(), ["live", "stopped aborted"]);
    assert.deepEqual(shift(all[1].ids()), [0]);
    assert.deepEqual(shift(all[2].ids()), [0, 1000]);
    globalThis.fetch = async () => new Response(null, { status: 204 });
    source().fail(2);
    await settle();
    for (const k of [0, 2]) assert.equal(all[k].states().at(-1), "stopped off");
    await pass(60_000);
    assert.equal(sources.length, 1);
    assert.equal(ScriptedChannel.all.size, 0);
  });

  it("have each their own where there are no locks, or where they are refused", async () => {
    navigator.locks.request = async () => {
      throw new DOMException("no", "SecurityError");
    };
    await tabs(2);
    assert.equal(sources.length, 2);
    Object.assign(navigator, { locks: undefined });
    await tabs(2);
    assert.equal(sources.length, 4);
  });
});
