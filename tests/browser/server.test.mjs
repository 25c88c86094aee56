// What the server sees of the page: which connections, and for how long.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { liveStreams, untilLive } from "../support/client.mjs";
import { runtimeWith } from "../support/suite.mjs";
import { assertClean, assertWhole, withBrowser } from "./browser.mjs";

describe("what the server sees of the page", () => {
  const runtime = runtimeWith({ HEARTBEAT_MS: 300 });
  const browser = withBrowser();

  it("stops, and on resuming shows what it missed", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.untilCount("ticks", 2);
    await tab.page.click("#stop");
    await tab.until("state", /^stopped: by you$/);
    await untilLive(runtime, 0);
    await new Promise((resolve) => setTimeout(resolve, 2_100)); // two ticks to miss
    await tab.page.click("#stop");
    await tab.untilCount("replayed", 2);
    await tab.until("state", /^live$/);
    await tab.untilCount("ticks", 6);
    assertWhole(await tab.shown(), 1000, 5);
    assert.equal(await tab.count("gaps"), 0);
    await assertClean(tab);
  });

  it("has one connection, also after other settings were chosen", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.untilCount("ticks", 1);
    await tab.page.getByLabel("0.1 s").click();
    await tab.page.getByLabel("json").click();
    await tab.untilCount("ticks", 10);
    await untilLive(runtime, 1);
    await assertClean(tab);
  });

  it("shows the bytes as they are, heartbeats too, and no more than the last of them", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.page.click("summary");
    await tab.until("bytes", /^retry: \d+⏎\nid: \d+⏎\ndata: [^⏎]+⏎\n⏎\n/);
    await tab.until("bytes", /⏎\n:⏎\n/);
    assert.match(await tab.text("raw-state"), /200 text\/event-stream.*, \d+ bytes\./);
    const bound = await tab.page.evaluate(async () => {
      const { Tail, MAX_LINES } = await import(/** @type {string} */ ("/raw.js"));
      const tail = new Tail();
      for (let k = 0; k < 10_000; k += 1) tail.push(`id: ${k}\nda`) || tail.push("ta: x\n\n");
      return { lines: tail.lines.length, end: tail.lines.slice(-4), MAX_LINES };
    });
    assert.equal(bound.lines, bound.MAX_LINES);
    assert.deepEqual(bound.end, ["id: 9999", "data: x", "", ""]);
    assert.equal(await liveStreams(runtime), 2);
    await tab.page.click("summary");
    await untilLive(runtime, 1);
    await assertClean(tab);
  });
});
