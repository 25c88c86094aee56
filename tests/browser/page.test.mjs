// The page as a visitor meets it.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { root } from "../support/runtime.mjs";
import { runtimeWith } from "../support/suite.mjs";
import { waitFor } from "../support/wait.mjs";
import { assertClean, assertWhole, inked, violations, withBrowser } from "./browser.mjs";

const SCREENSHOTS = path.join(root, "target/screenshots");

async function screenshot(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

describe("the page", { concurrency: 4 }, () => {
  const runtime = runtimeWith();
  const browser = withBrowser();

  it("shows each tick as it comes, and logs what the tutorial logs", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.until("state", /^live$/);
    await tab.untilCount("ticks", 4);
    assertWhole(await tab.shown(), 1000, 3);
    assert.match(await tab.text("time"), /^\d\d:\d\d:\d\d$/);
    assert.match(await tab.text("how-long"), /^for \d+ s$/);
    assert.match(await tab.text("median"), /^-?\d+ ms$/);
    assert.match(await tab.text("p95"), /^-?\d+ ms$/);
    assert.equal(tab.logs[0], "open");
    assert.match(tab.logs[1], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    for (const id of ["reconnects", "rotations", "replayed", "gaps", "duplicates"]) {
      assert.equal(await tab.count(id), 0, id);
    }
    assert.ok(
      tab.requests.every((url) => url.startsWith(runtime.url)),
      `third party: ${tab.requests}`,
    );
    await assertClean(tab);
  });

  it("draws the ticks, and keeps no more of them than it draws", async (t) => {
    const tab = await browser.tab(t, `${runtime.url}/?interval=100`);
    const marks = () => tab.page.evaluate(() => Number(document.getElementById("strip")?.dataset.marks));
    await waitFor(async () => (await marks()) >= 5, { what: "five marks" });
    const [nodes, before] = [await tab.page.locator("*").count(), await marks()];
    await waitFor(async () => (await marks()) >= before + 30, { what: "thirty marks more" });
    assert.equal(await inked(tab.page, "tick"), true);
    assert.equal(await inked(tab.page, "gap"), false);
    assert.equal(await tab.page.locator("*").count(), nodes, "the page itself does not grow");

    const bound = await tab.page.evaluate(async () => {
      const { Timeline, MAX_MARKS, draw } = await import(/** @type {string} */ ("/timeline.js"));
      const timeline = new Timeline();
      for (let k = 0; k < 36_000; k += 1) timeline.add("tick", k * 100, k % 50); // an hour
      draw(document.getElementById("strip"), timeline, 3_600_000);
      return { marks: timeline.marks.length, MAX_MARKS };
    });
    assert.ok(bound.marks <= 1801 && bound.marks < bound.MAX_MARKS, `${bound.marks} marks after an hour`);
    await assertClean(tab);
  });

  it("moves nothing about while it loads, ticks, and is cut", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.untilCount("ticks", 2);
    await tab.page.evaluate(() => document.getElementById("cut")?.click()); // no input: each shift counts
    await tab.until("state", /^reconnecting/);
    await tab.until("state", /^live$/);
    await tab.untilCount("replayed", 1);
    assert.deepEqual((await tab.seen()).shifted, []);
    await tab.page.locator("header").evaluate((header) => (header.style.height = "20rem"));
    await waitFor(async () => (await tab.seen()).shifted.length > 0, { what: "a shift to be seen" });
  });

  it("works by keyboard alone", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    const { keyboard } = tab.page;
    const focused = () =>
      tab.page.evaluate(() => {
        const element = /** @type {HTMLInputElement} */ (document.activeElement);
        const drawn = (element.matches("input") && element.nextElementSibling) || element;
        return {
          name: element.id || element.value || element.localName,
          outline: getComputedStyle(drawn).outlineStyle,
        };
      });
    const tabTo = async (wanted) => {
      for (let step = 0; step < 20; step += 1) {
        await keyboard.press("Tab");
        const { name, outline } = await focused();
        assert.equal(outline, "solid", `${name} shows its focus`);
        if (name === wanted) return;
      }
      assert.fail(`${wanted} cannot be reached by Tab`);
    };
    await tab.untilCount("ticks", 1);
    await tabTo("1000");
    await keyboard.press("ArrowLeft");
    await waitFor(() => new URL(tab.page.url()).search.includes("interval=100&"));
    await tabTo("iso");
    await keyboard.press("ArrowRight");
    await waitFor(() => new URL(tab.page.url()).search.endsWith("format=unix"));
    await tab.until("state", /^live$/); // there is no connection to cut before
    await tabTo("cut");
    await keyboard.press("Space");
    await tab.until("state", /^reconnecting: you cut the connection$/);
    await tab.until("how-long", /^in [123] s$/);
    await tab.until("state", /^live$/);
    await tabTo("stop");
    await keyboard.press("Enter");
    await tab.until("state", /^stopped: by you$/);
    await keyboard.press("Enter");
    await tab.until("state", /^live$/);
    await tabTo("summary");
    await keyboard.press("Enter");
    await tab.until("bytes", /id: /);
    await assertClean(tab);
  });

  it("names its picture by the time that it shows", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.untilCount("ticks", 1);
    assert.equal(await tab.text("strip-title"), "The last 30 seconds");
    const titles = await tab.page.evaluate(async () => {
      const { Timeline, inWords } = await import(/** @type {string} */ ("/timeline.js"));
      const timeline = new Timeline();
      timeline.add("tick", 0, 3);
      return [0, 30, 31, 60, 61, 120, 121, 180, 9999].map((s) => inWords(timeline.span(s * 1000)));
    });
    assert.deepEqual(titles, [
      "30 seconds",
      "30 seconds",
      "60 seconds",
      "60 seconds",
      "2 minutes",
      "2 minutes",
      "3 minutes",
      "3 minutes",
      "3 minutes",
    ]);
  });

  it("announces the state, and nothing that changes with each tick", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.untilCount("ticks", 3);
    const announcing = await tab.page
      .locator("[aria-live], [role=status], [role=alert], output")
      .allTextContents();
    assert.deepEqual(announcing.filter(Boolean), ["live"]);
    assert.deepEqual(await tab.states(), ["connecting", "live"]);
  });

  // At ten ticks a second the pictures show a planned end too, of the CPU budget.
  for (const [name, { query = "", ticks = 8, ...options }] of Object.entries({
    light: {
      query: "?interval=100",
      ticks: 200,
      viewport: { width: 1280, height: 900 },
      colorScheme: "light",
    },
    dark: { query: "?interval=100", ticks: 200, viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
    narrow: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 },
    wide: { viewport: { width: 2560, height: 1200 } },
  })) {
    it(`fits and is accessible: ${name}`, async (t) => {
      const tab = await browser.tab(t, `${runtime.url}/${query}`, options);
      await tab.untilCount("ticks", ticks / 4);
      await tab.page.click("#cut");
      await tab.until("state", /^reconnecting/);
      assert.deepEqual(await violations(tab.page), []);
      await tab.untilCount("replayed", 1);
      await tab.untilCount("ticks", ticks, { ceiling: 60_000 });
      if (query) await tab.untilCount("rotations", 1);
      await tab.page.mouse.move(0, 0);
      await screenshot(tab.page, name);
      await tab.page.click("summary");
      await tab.until("bytes", /data: /);
      assert.deepEqual(await violations(tab.page), []);

      const { wider, background } = await tab.page.evaluate(() => ({
        wider: [...document.querySelectorAll("body *")]
          .filter((element) => element.getBoundingClientRect().right > innerWidth)
          .map((element) => element.outerHTML),
        background: getComputedStyle(document.body).backgroundColor,
      }));
      assert.deepEqual(wider, []);
      assert.equal(background === "rgb(14, 20, 19)", name === "dark");
      await assertClean(tab);
    });
  }

  it("keeps still for those who asked for it", async (t) => {
    const moving = async (reducedMotion) => {
      const tab = await browser.tab(t, runtime.url, { reducedMotion });
      await tab.until("state", /^live$/);
      return tab.page.evaluate(() =>
        document
          .getAnimations()
          .some((animation) => animation instanceof CSSAnimation && animation.animationName === "breathe"),
      );
    };
    assert.equal(await moving("no-preference"), true, "the dot breathes");
    assert.equal(await moving("reduce"), false);
  });

  it("says without JavaScript what it is, and gives the curl line", async (t) => {
    const tab = await browser.tab(t, runtime.url, { javaScriptEnabled: false });
    const text = await tab.page.locator("body").innerText();
    assert.match(text, /live stream of timestamps/);
    assert.match(text, /curl -N https:\/\/HOST\/events/);
    assert.match(text, /new EventSource\("\/events"\)/);
    assert.equal(await tab.page.locator("button:visible, input:visible, canvas:visible").count(), 0);
  });

  it("has a page for what is not there", async (t) => {
    const tab = await browser.tab(t, `${runtime.url}/no/such/page`);
    assert.match(await tab.page.locator("h1").innerText(), /nothing at this address/);
    assert.deepEqual(await violations(tab.page), []);
    await tab.page.click("a");
    await tab.until("state", /^live$/);
  });
});
