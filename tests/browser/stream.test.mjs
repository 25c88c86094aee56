// What becomes of the page when the stream is cut, ended, refused, or goes silent.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, untilLive } from "../support/client.mjs";
import { startRuntime } from "../support/runtime.mjs";
import { runtimeWith } from "../support/suite.mjs";
import { waitFor } from "../support/wait.mjs";
import { assertClean, assertWhole, DEAD_LINE, inked, withBrowser } from "./browser.mjs";
import { openLine } from "./line.mjs";

const PATIENT = { ceiling: 40_000 };

// Each waits for most of its time, so they wait together.
describe("a stream that does not just go on", { concurrency: 4 }, () => {
  const browser = withBrowser();

  describe("a connection that breaks", { concurrency: 3 }, () => {
    const runtime = runtimeWith();

    it("is cut by the visitor: it comes back by itself and nothing is lost", async (t) => {
      const tab = await browser.tab(t, `${runtime.url}/?interval=100`);
      await tab.untilCount("ticks", 10);
      await tab.page.click("#cut");
      await tab.until("state", /^reconnecting: you cut the connection$/);
      await tab.until("how-long", /^in [123] s$/);
      await tab.until("state", /^live$/);
      await tab.untilCount("replayed", 15);
      await tab.untilCount("ticks", 60);
      assertWhole(await tab.shown(), 100, 50);
      assert.equal(await tab.count("reconnects"), 1);
      assert.equal(await tab.count("gaps"), 0);
      assert.equal(await tab.count("duplicates"), 0);
      await assertClean(tab);
    });

    it("is away for longer than the server replays: the page says how much is missing", async (t) => {
      const tab = await browser.tab(t, `${runtime.url}/?interval=100`);
      await tab.untilCount("ticks", 5);
      await tab.page.click("#stop");
      await new Promise((resolve) => setTimeout(resolve, 7_000)); // 70 ticks; 60 are replayed
      await tab.page.click("#stop");
      await tab.untilCount("gaps", 1);
      const ticks = await tab.count("ticks");
      await tab.untilCount("ticks", ticks + 3);
      const [gap] = tab.logs.filter((line) => line.startsWith("gap"));
      const missed = Number(/^gap: (\d+) ticks missed$/.exec(gap)?.[1]);
      const ids = await tab.shown();
      const jump = ids.findIndex((id, k) => k > 0 && id !== ids[k - 1] + 100);
      assert.equal(ids[jump], ids[jump - 1] + (missed + 1) * 100);
      assert.equal(await tab.count("duplicates"), 0);
      await assertClean(tab);
    });

    it("is lost with the network, and comes back with it", async (t) => {
      const line = await openLine(runtime.port);
      t.after(() => line.close());
      const tab = await browser.tab(t, line.url);
      await tab.untilCount("ticks", 2);
      await tab.context.setOffline(true); // new requests fail; what is open stays, so:
      line.mute();
      await tab.until("state", /^reconnecting: there is no network$/, PATIENT);
      line.unmute();
      await tab.context.setOffline(false);
      await tab.until("state", /^live$/);
      const ticks = await tab.count("ticks");
      await tab.untilCount("ticks", ticks + 2);
      assertWhole(await tab.shown(), 1000, 5);
      assert.equal(await tab.count("gaps"), 0);
      await assertClean(tab, DEAD_LINE);
    });
  });

  describe("a planned end", () => {
    const runtime = runtimeWith({ MAX_STREAM_MS: 3000, CPU_BUDGET_MS: 1000 });

    it("is marked, and the reader sees nothing else of it", async (t) => {
      const tab = await browser.tab(t, `${runtime.url}/?interval=100`);
      await tab.untilCount("rotations", 3);
      const ticks = await tab.count("ticks");
      await tab.untilCount("ticks", ticks + 10);
      assertWhole(await tab.shown(), 100, 70);
      assert.deepEqual(await tab.states(), ["connecting", "live"]);
      for (const id of ["reconnects", "gaps", "duplicates"]) assert.equal(await tab.count(id), 0, id);
      assert.ok(tab.logs.includes("planned end: lifetime"));
      await assertClean(tab);
    });
  });

  describe("a planned end at the CPU limit", () => {
    const runtime = runtimeWith({ CPU_BUDGET_MS: 2, RETRY_MS: 1500 });

    it("is a pause for as long as the server asks: shown, and neither an outage nor announced", async (t) => {
      const tab = await browser.tab(t, `${runtime.url}/?interval=100`);
      await tab.until("how-long", /^planned pause, back (in [123] s|now)$/);
      assert.equal(await tab.text("state"), "live");
      await tab.untilCount("rotations", 2);
      await tab.untilCount("replayed", 10);
      const ticks = await tab.count("ticks");
      await tab.untilCount("ticks", ticks + 5);
      assertWhole(await tab.shown(), 100, 30);
      assert.deepEqual(await tab.states(), ["connecting", "live"]);
      for (const id of ["reconnects", "gaps", "duplicates"]) assert.equal(await tab.count(id), 0, id);
      assert.ok(tab.logs.includes("planned end: cpu"));
      assert.equal(await inked(tab.page, "outage"), false);
      await assertClean(tab);
    });
  });

  describe("a full server", () => {
    const runtime = runtimeWith({ MAX_STREAMS: 1, OVERLOAD_RETRY_MS: 2000, HEARTBEAT_MS: 200 });

    it("says so in words, and lets the page in when there is room again", async (t) => {
      const other = await open(runtime).hasTicks(1);
      const tab = await browser.tab(t, runtime.url);
      await tab.until("state", /^reconnecting: the server is full$/);
      await tab.until("how-long", /^in [123] s$/);
      assert.ok(!(await tab.states()).includes("live"));
      other.leave();
      await tab.until("state", /^live$/);
      await tab.untilCount("ticks", 2);
      await assertClean(tab);
    });
  });

  describe("the off switch", () => {
    const runtime = runtimeWith({ EVENTS_ENABLED: "false" });

    it("stops the page for good, in words", async (t) => {
      const tab = await browser.tab(t, runtime.url);
      await tab.until("state", /^stopped: the server has switched the stream off$/);
      const asked = tab.requests.length;
      await new Promise((resolve) => setTimeout(resolve, 3_500)); // longer than the first retry can be
      assert.equal(tab.requests.length, asked);
      assert.equal(await tab.text("stop"), "Resume");
      await assertClean(tab);
    });
  });

  describe("a server with an error", () => {
    const runtime = runtimeWith({ TICK_INTERVAL_MS: "soon" });

    it("is asked again and again, where a plain EventSource would have given up", async (t) => {
      const tab = await browser.tab(t, runtime.url);
      await tab.until("state", /^reconnecting: the server had an error \(500\)$/);
      const asked = () => tab.requests.filter((url) => url.includes("/events")).length;
      const before = asked();
      await waitFor(() => asked() > before, { what: "another attempt" });
      await tab.until("how-long", /^in \d+ s$/);
      await assertClean(tab, DEAD_LINE);
    });
  });

  describe("a server that dies", () => {
    it("is found again when it is back, and no tick is lost", async (t) => {
      let runtime = await startRuntime();
      t.after(() => runtime.stop());
      const tab = await browser.tab(t, runtime.url);
      await tab.untilCount("ticks", 2);
      await runtime.kill();
      await tab.until("state", /^reconnecting: the connection was lost$/);
      runtime = await startRuntime({ port: runtime.port });
      await tab.until("state", /^live$/, PATIENT);
      await tab.untilCount("replayed", 1);
      const ticks = await tab.count("ticks");
      await tab.untilCount("ticks", ticks + 2);
      assertWhole(await tab.shown(), 1000, 4);
      assert.equal(await tab.count("gaps"), 0);
      assert.equal(await tab.count("duplicates"), 0);
      await untilLive(runtime, 1);
      await assertClean(tab, DEAD_LINE);
    });

    it("is not dead but silent: noticed by the tick that does not come", async (t) => {
      const runtime = await startRuntime();
      t.after(() => {
        process.kill(runtime.pid, "SIGCONT");
        return runtime.stop();
      });
      const tab = await browser.tab(t, runtime.url);
      await tab.untilCount("ticks", 2);
      process.kill(runtime.pid, "SIGSTOP");
      await tab.until("state", /^reconnecting: nothing came for too long$/, PATIENT);
      process.kill(runtime.pid, "SIGCONT");
      await tab.until("state", /^live$/, PATIENT);
      const ticks = await tab.count("ticks");
      await tab.untilCount("ticks", ticks + 2);
      assertWhole(await tab.shown(), 1000, 5);
      assert.equal(await tab.count("duplicates"), 0);
      await assertClean(tab, DEAD_LINE);
      await untilLive(runtime, 1);
    });
  });
});
