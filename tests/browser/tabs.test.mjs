// One connection for all tabs of the origin: HTTP/1.1 has six for each host, and the seventh tab hangs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { liveStreams, untilLive } from "../support/client.mjs";
import { runtimeWith } from "../support/suite.mjs";
import { waitFor } from "../support/wait.mjs";
import { assertClean, assertWhole, openTab, withBrowser } from "./browser.mjs";

const PATIENT = { ceiling: 40_000 };

describe("tabs of one origin", () => {
  const runtime = runtimeWith();
  const browser = withBrowser();
  const url = () => `${runtime.url}/?interval=100`;

  /** Each goes on ticking from here. */
  async function assertTicking(tabs, more = 10) {
    await Promise.all(
      tabs.map(async (tab) => {
        const ticks = await tab.count("ticks");
        await tab.untilCount("ticks", ticks + more, PATIENT);
        await tab.until("state", /^live$/);
      }),
    );
  }

  it("share one connection, and the next one takes it over when its tab closes", async (t) => {
    const context = await browser.context(t);
    const first = await openTab(context, url());
    await first.untilCount("ticks", 5);
    const second = await openTab(context, url());
    const third = await openTab(context, url());
    await assertTicking([second, third]);
    assert.equal(await liveStreams(runtime), 1);
    assert.match(await second.text("role"), /by another tab’s connection/);
    assert.equal(await first.text("role"), "");

    await first.page.close();
    await waitFor(async () => (await second.text("role")) === "", { what: "the second tab to take over" });
    await assertTicking([second, third]);
    await untilLive(runtime, 1);
    for (const tab of [second, third]) {
      assertWhole(await tab.shown(), 100, 20);
      assert.deepEqual(new Set(await tab.states()), new Set(["connecting", "live"]));
      for (const id of ["gaps", "duplicates"]) assert.equal(await tab.count(id), 0, id);
      await assertClean(tab);
    }
  });

  it("are all live, ten of them", async (t) => {
    await untilLive(runtime, 0);
    const context = await browser.context(t);
    const tabs = [];
    for (let k = 0; k < 10; k += 1) tabs.push(await openTab(context, url()));
    await assertTicking(tabs, 5);
    assert.equal(await liveStreams(runtime), 1);
    for (const tab of tabs) {
      assertWhole(await tab.shown(), 100, 5);
      await assertClean(tab);
    }
  });

  it("take over from a tab that is frozen", async (t) => {
    await untilLive(runtime, 0);
    const open = await browser.bareTabs();
    const count = async (tab, id = "ticks") => Number(await tab.text(id));
    const ticking = async (tab, more = 10) => {
      const ticks = await count(tab);
      await waitFor(async () => (await count(tab)) >= ticks + more, { what: `${more} ticks more` });
    };
    const first = await open(url());
    t.after(() => first.close());
    await ticking(first);
    const second = await open(url());
    t.after(() => second.close());
    await ticking(second);
    assert.match(await second.text("role"), /by another tab’s connection/);

    await first.send("Page.setWebLifecycleState", { state: "frozen" });
    await waitFor(async () => (await second.text("role")) === "", { what: "the second tab to take over" });
    await ticking(second, 15);
    const frozenAt = await count(first);
    await first.send("Page.setWebLifecycleState", { state: "active" });
    await waitFor(async () => (await count(first)) >= frozenAt + 15, { what: "the first tab to catch up" });
    await untilLive(runtime, 1); // only now: what a frozen tab closed may stay in it until it thaws
    for (const tab of [first, second]) {
      for (const id of ["gaps", "duplicates"]) assert.equal(await count(tab, id), 0, id);
    }
  });

  it("take over from a tab that hangs, and it follows them when it is back", async (t) => {
    await untilLive(runtime, 0);
    const context = await browser.context(t);
    const first = await openTab(context, runtime.url);
    await first.untilCount("ticks", 2);
    const others = [await openTab(context, runtime.url), await openTab(context, runtime.url)];
    await assertTicking(others, 2);
    const protocol = await context.newCDPSession(first.page);
    await protocol.send("Debugger.enable");
    await protocol.send("Debugger.pause"); // at its next line of script, which a tick brings
    await assertTicking(others, 8);
    await protocol.send("Debugger.disable");
    await assertTicking([first, ...others], 3);
    await untilLive(runtime, 1);
    assert.match(await first.text("role"), /by another tab’s connection/);
    for (const tab of [first, ...others]) {
      assertWhole(await tab.shown(), 1000, 12);
      assert.equal(await tab.count("duplicates"), 0);
      await assertClean(tab);
    }
  });

  it("lose nothing to each other: one that was stopped gets from them what it missed", async (t) => {
    await untilLive(runtime, 0);
    const context = await browser.context(t);
    const first = await openTab(context, url());
    const second = await openTab(context, url());
    await assertTicking([first, second]);
    await second.page.click("#stop");
    await assertTicking([first], 20);
    await second.page.click("#stop");
    await second.untilCount("replayed", 10);
    await assertTicking([second]);
    assertWhole(await second.shown(), 100, 40);
    assert.equal(await liveStreams(runtime), 1);
    await assertClean(second);
  });

  it("cut the connection of all, from any of them", async (t) => {
    await untilLive(runtime, 0);
    const context = await browser.context(t);
    const tabs = [await openTab(context, url()), await openTab(context, url())];
    await assertTicking(tabs);
    await tabs[1].page.click("#cut");
    for (const tab of tabs) await tab.until("state", /^reconnecting: you cut the connection$/);
    await assertTicking(tabs, 30);
    for (const tab of tabs) assertWhole(await tab.shown(), 100, 40);
  });

  it("have their own connection for their own settings", async (t) => {
    await untilLive(runtime, 0);
    const context = await browser.context(t);
    const tabs = [await openTab(context, url()), await openTab(context, `${runtime.url}/?interval=1000`)];
    for (const tab of tabs) await tab.untilCount("ticks", 3);
    assert.equal(await liveStreams(runtime), 2);
  });

  it("have each their own where the browser has no Web Locks", async (t) => {
    await untilLive(runtime, 0);
    const context = await browser.context(t);
    await context.addInitScript(() => Object.defineProperty(navigator, "locks", { value: undefined }));
    const tabs = [await openTab(context, url()), await openTab(context, url())];
    await assertTicking(tabs);
    assert.equal(await liveStreams(runtime), 2);
    for (const tab of tabs) assertWhole(await tab.shown(), 100, 10);
  });
});
