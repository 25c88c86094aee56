// The page, the client module and a bare EventSource in Firefox and in WebKit: the same scenarios in both. What
// an engine cannot be told, or does otherwise, its test says in a diagnostic.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { liveStreams, untilLive } from "../support/client.mjs";
import { waitFor } from "../support/wait.mjs";
import { assertWhole, reading } from "./browser.mjs";
import { followsChannel } from "./engines/channel.mjs";
import { engines } from "./engines/index.mjs";
import { processOf } from "./engines/processes.mjs";
import { observedSite } from "./engines/site.mjs";
import { readsAnAnswer, sharesTheWall } from "./engines/wall.mjs";
import { openLine } from "./line.mjs";

const PATIENT = { ceiling: 60_000 };

describe("engines", { concurrency: true }, () => {
  for (const { name, missing, launch } of engines) {
    // Each waits for most of its time, so they wait together.
    describe(name, { skip: missing, concurrency: 4 }, () => scenarios(launch));
  }
});

function scenarios(launch) {
  const engine = /** @type {any} */ ({});
  before(async () => Object.assign(engine, await launch()));
  after(() => engine.close?.());
  const start = observedSite();

  /** A runtime for one test. */
  async function serve(test, options) {
    let runtime = await start(options);
    test.after(() => runtime.stop());
    return {
      get url() {
        return runtime.url;
      },
      get port() {
        return runtime.port;
      },
      async killAndRestart(meanwhile = async () => {}) {
        await runtime.kill();
        await meanwhile();
        runtime = await start({ ...options, port: runtime.port });
      },
    };
  }

  async function open(test, url) {
    const tab = await engine.tab(url);
    let closed = false;
    const close = async () => {
      if (!closed) await tab.close();
      closed = true;
    };
    test.after(close);
    const text = (id) => tab.evaluate((id) => document.getElementById(id)?.textContent ?? "", id);
    return { ...tab, close, ...reading(text, tab.evaluate) };
  }

  /** Each goes on ticking from here. */
  const assertTicking = (tabs, more) =>
    Promise.all(
      tabs.map(async (tab) => {
        const ticks = await tab.count("ticks");
        await tab.untilCount("ticks", ticks + more, PATIENT);
        await tab.until("state", /^live$/, PATIENT);
      }),
    );

  /** Nothing was lost or doubled, and the page had no error of its own. */
  async function assertNoLoss(tab, interval, least) {
    assertWhole(await tab.shown(), interval, least);
    for (const id of ["gaps", "duplicates"]) assert.equal(await tab.count(id), 0, id);
    const { errors, violations } = await tab.seen();
    assert.deepEqual({ errors, violations }, { errors: [], violations: [] });
  }

  it("shows each tick once over planned ends, which nobody sees", async (t) => {
    const runtime = await serve(t, { vars: { MAX_STREAM_MS: 2000, CPU_BUDGET_MS: 10_000 } });
    const tab = await open(t, `${runtime.url}/?interval=100`);
    t.diagnostic(engine.version);
    await tab.untilCount("rotations", 3, PATIENT);
    await assertTicking([tab], 10);
    assert.deepEqual(new Set(["connecting", ...(await tab.states())]), new Set(["connecting", "live"]));
    await assertNoLoss(tab, 100, 50);
    assert.equal(await tab.count("reconnects"), 0);
  });

  it("finds a server again that died, twice, and has every tick", async (t) => {
    const runtime = await serve(t);
    const tab = await open(t, runtime.url);
    await tab.untilCount("ticks", 2);
    for (let kill = 1; kill <= 2; kill += 1) {
      await runtime.killAndRestart(() => tab.until("state", /^reconnecting: the connection was lost$/));
      await tab.until("state", /^live$/, PATIENT);
      await assertTicking([tab], 2);
    }
    assert.equal(await tab.count("reconnects"), 2);
    await assertNoLoss(tab, 1000, 6);
    await untilLive(runtime, 1);
  });

  it("has one connection for three tabs, and the next takes it over when its tab closes", async (t) => {
    const runtime = await serve(t);
    const url = `${runtime.url}/?interval=100`;
    const first = await open(t, url);
    await first.untilCount("ticks", 3);
    const others = [await open(t, url), await open(t, url)];
    await assertTicking([first, ...others], 5);
    assert.equal(await liveStreams(runtime), 1);
    assert.equal(await first.text("role"), "");
    for (const tab of others) assert.match(await tab.text("role"), /by another tab’s connection/);

    await first.close();
    const leading = async () =>
      (await Promise.all(others.map((tab) => tab.text("role")))).filter((role) => role === "").length === 1;
    await waitFor(leading, { what: "one of the others to take over", ...PATIENT });
    await assertTicking(others, 10);
    await untilLive(runtime, 1);
    for (const tab of others) {
      // The page may have been live before the first look at it.
      assert.deepEqual(new Set(["connecting", ...(await tab.states())]), new Set(["connecting", "live"]));
      await assertNoLoss(tab, 100, 15);
    }
  });

  const skip = process.platform !== "linux" && "a tab's process is looked for in Linux's /proc";
  it("takes over from a tab whose process stands still, which follows when it runs again", {
    skip,
  }, async (t) => {
    const runtime = await serve(t);
    const first = await open(t, runtime.url);
    await first.untilCount("ticks", 1);
    const second = await open(t, runtime.url);
    await assertTicking([second], 2);
    const freezes = await first.evaluate(() => "onfreeze" in document);
    t.diagnostic(`${freezes ? "the" : "no"} freeze event here: the tab's process is stopped`);
    const pid = await processOf(engine, first);
    assert.notEqual(pid, await processOf(engine, second), "each tab has a process");

    process.kill(pid, "SIGSTOP");
    try {
      await waitFor(async () => (await second.text("role")) === "", {
        what: "the second tab to lead",
        ...PATIENT,
      });
      await assertTicking([second], 2);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await assertTicking([first, second], 3);
    await untilLive(runtime, 1);
    assert.match(await first.text("role"), /by another tab’s connection/);
    for (const tab of [first, second]) await assertNoLoss(tab, 1000, 8);
  });

  it("comes back with the network", async (t) => {
    const runtime = await serve(t);
    const line = await openLine(runtime.port);
    t.after(() => line.close());
    const tab = await open(t, line.url);
    await tab.untilCount("ticks", 2);
    await tab.offline?.(true); // new requests fail; what is open stays, so:
    line.mute();
    const onLine = await tab.evaluate(() => navigator.onLine);
    assert.equal(onLine, !tab.offline);
    t.diagnostic(tab.offline ? "told to be offline" : "cannot be told to be offline: nothing comes through");
    const words = tab.offline
      ? /^reconnecting: there is no network$/
      : /^reconnecting: nothing came for too long$/;
    await tab.until("state", words, PATIENT);
    line.unmute();
    await tab.offline?.(false);
    await tab.until("state", /^live$/, PATIENT);
    await assertTicking([tab], 2);
    await assertNoLoss(tab, 1000, 5);
  });

  /** Back to the page from another one. */
  async function comeBack(tab) {
    await tab.back();
    const there = async () => (await tab.text("ticks").catch(() => "")) !== "";
    await waitFor(there, { what: "the page to be back" });
  }

  it("goes on when one comes back to the page", async (t) => {
    const runtime = await serve(t);
    const tab = await open(t, `${runtime.url}/?interval=100`);
    await tab.untilCount("ticks", 5);
    await tab.goto(`${runtime.url}/bare`);
    await untilLive(runtime, 0);
    await comeBack(tab);
    await assertTicking([tab], 10);
    await untilLive(runtime, 1);
    const { shows } = await tab.seen();
    const kept = shows.at(-1);
    t.diagnostic(kept ? "the page was kept: no tick is missing from before" : "the page was loaded anew");
    assert.deepEqual(shows, kept ? [false, true] : [false]);
    await assertNoLoss(tab, 100, 8);
  });

  it("leaves its connection to another tab when it leaves the page, and follows that one when it is back", async (t) => {
    const runtime = await serve(t);
    const url = `${runtime.url}/?interval=100`;
    const first = await open(t, url);
    await first.untilCount("ticks", 3);
    const second = await open(t, url);
    await assertTicking([second], 5);
    await first.goto(`${runtime.url}/bare`);
    await waitFor(async () => (await second.text("role")) === "", {
      what: "the second tab to lead",
      ...PATIENT,
    });
    await assertTicking([second], 10);
    await comeBack(first);
    await assertTicking([first, second], 10);
    await untilLive(runtime, 1);
    assert.match(await first.text("role"), /by another tab’s connection/);
    for (const tab of [first, second]) await assertNoLoss(tab, 100, 8);
  });

  it("has a connection for each tab without Web Locks", async (t) => {
    const runtime = await serve(t);
    const has = await (await open(t, `${runtime.url}/bare`)).evaluate(() => "locks" in navigator);
    t.diagnostic(has ? "this engine has Web Locks: they are taken from the page" : "this engine has none");
    const url = `${runtime.url}/?interval=100&without=locks`;
    const tabs = [await open(t, url), await open(t, url)];
    await assertTicking(tabs, 10);
    assert.equal(await liveStreams(runtime), 2);
    for (const tab of tabs) await assertNoLoss(tab, 100, 8);
  });

  it("notices without navigator.onLine that nothing comes", async (t) => {
    const runtime = await serve(t);
    const line = await openLine(runtime.port);
    t.after(() => line.close());
    const tab = await open(t, `${line.url}/?without=onLine`);
    await tab.untilCount("ticks", 2);
    await tab.offline?.(true);
    line.mute();
    await tab.until("state", /^reconnecting: (nothing came for too long|the connection was lost)$/, PATIENT);
    line.unmute();
    await tab.offline?.(false);
    await assertTicking([tab], 3);
    await assertNoLoss(tab, 1000, 5);
  });

  it("has every message of a channel with EventSource alone, over planned ends and two kills", (t) =>
    followsChannel(t, serve, open));

  it("shares the wall, over planned ends, kills and a cut", (t) => sharesTheWall(t, serve, open));

  it("reads an answer along, and goes on writing it after a reload", (t) => readsAnAnswer(t, serve, open));
}
