// The page and the module with a stream of another kind: its ids are numbers that grow, and no times.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runtimeWith } from "../support/suite.mjs";
import { assertClean, DEAD_LINE, inked, violations, withBrowser } from "./browser.mjs";
import { openOtherSource } from "./other-source.mjs";

describe("a stream whose ids are no times", () => {
  const runtime = runtimeWith();
  const browser = withBrowser();

  for (const [words, options] of [
    ["light", { colorScheme: "light" }],
    ["dark and narrow", { colorScheme: "dark", viewport: { width: 320, height: 640 } }],
  ]) {
    it(`is shown as its text, without a lag and without a year 1970: ${words}`, async (t) => {
      const other = await openOtherSource(runtime.url);
      t.after(() => other.close());
      const tab = await browser.tab(t, other.url, options);
      await tab.until("text", /^\d+ sheep$/);
      await tab.until("state", /^live$/);
      await tab.untilCount("ticks", 5);
      assert.equal(await tab.page.locator("#clock").isVisible(), false);
      assert.equal(await tab.page.locator("#text").isVisible(), true);
      await tab.until("date", /^event \d+$/);
      assert.equal(await tab.text("median"), "–");
      assert.equal(await tab.text("p95"), "–");
      assert.match(await tab.text("skew"), /no times: it has no lag/);
      assert.doesNotMatch(await tab.page.locator("body").innerText(), /1970/);
      assert.match(await tab.text("how-long"), /^for \d+ s$/);
      assert.equal(await inked(tab.page, "tick"), true);
      assert.deepEqual(await violations(tab.page), []);

      const before = await tab.count("ticks");
      await tab.page.click("#cut");
      await tab.until("state", /^reconnecting: you cut the connection$/);
      await tab.until("state", /^live$/);
      await tab.untilCount("replayed", 10);
      await tab.untilCount("ticks", before + 20);
      for (const id of ["gaps", "duplicates"]) assert.equal(await tab.count(id), 0, id);
      assert.ok(tab.logs.filter((line) => line.endsWith("sheep")).length >= 2, "each second one is logged");
      await assertClean(tab);
    });
  }

  it("may have long texts of several lines", async (t) => {
    const data = (id) => `{"id":${id},"text":"${"word ".repeat(200)}"}\n${"x".repeat(500)}`;
    const other = await openOtherSource(runtime.url, { data });
    t.after(() => other.close());
    const tab = await browser.tab(t, other.url, { viewport: { width: 320, height: 640 } });
    await tab.until("text", /"text"/);
    const { scrollWidth, clientWidth } = await tab.page.evaluate(() => document.documentElement);
    assert.equal(scrollWidth, clientWidth);
    assert.deepEqual(await violations(tab.page), []);
    await assertClean(tab, DEAD_LINE);
  });
});
