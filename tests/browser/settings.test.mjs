// What the visitor may choose, in the page and in its address.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { root } from "../support/runtime.mjs";
import { runtimeWith } from "../support/suite.mjs";
import { waitFor } from "../support/wait.mjs";
import { assertClean, assertWhole, DEAD_LINE, inked, violations, withBrowser } from "./browser.mjs";

const read = (name) => readFileSync(path.join(root, name), "utf8");

describe("the choices of the page", { concurrency: 4 }, () => {
  const runtime = runtimeWith({ HEARTBEAT_MS: 300 });
  const browser = withBrowser();

  it("are the formats that the Worker knows, in its order", () => {
    const table = /pub const ALL:[^=]*=\s*\[([^\]]*)\];/.exec(read("src/clock/ticks.rs"))?.[1] ?? "";
    const known = [...table.matchAll(/\("(\w+)",/g)].map(([, name]) => name);
    const offered = [...read("public/index.html").matchAll(/name="format" value="(\w+)"/g)].map(([, v]) => v);
    assert.ok(known.length > 0);
    assert.deepEqual(
      offered,
      known,
      "give each name of Format::ALL (src/clock/ticks.rs) a radio in public/index.html, and no other",
    );
  });

  it("are kept in the address", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.page.getByLabel("0.1 s").click();
    await tab.page.getByLabel("json").click();
    await waitFor(() =>
      tab.logs.some((line) => line.startsWith('{"time":') && JSON.parse(line).interval_ms === 100),
    );
    assert.equal(new URL(tab.page.url()).search, "?interval=100&format=json");
    await tab.page.reload();
    await waitFor(async () => (await tab.shown()).length >= 10, { what: "ten ticks" });
    assertWhole(await tab.shown(), 100, 10);
    await assertClean(tab);
  });

  it("change the stream without a word of a stop, and without an outage in the picture", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.untilCount("ticks", 1);
    for (const label of ["5 s", "unix", "0.1 s"]) {
      await tab.page.getByLabel(label).click();
      await tab.until("state", /^live$/);
    }
    const ticks = await tab.count("ticks");
    await tab.untilCount("ticks", ticks + 5);
    assert.deepEqual(new Set(await tab.states()), new Set(["connecting", "live"]));
    assert.deepEqual(
      tab.logs.filter((line) => /stopped/.test(line)),
      [],
    );
    assert.equal(await inked(tab.page, "tick"), true);
    assert.equal(await inked(tab.page, "outage"), false);
    await tab.page.click("#stop");
    await tab.until("state", /^stopped: by you$/);
    await waitFor(() => inked(tab.page, "outage"), { what: "an outage that is one" });
  });

  it("may be others in the address, if the server allows them", async (t) => {
    const tab = await browser.tab(t, `${runtime.url}/?interval=250&format=unix`);
    await tab.untilCount("ticks", 8);
    assertWhole(await tab.shown(), 250, 7);
    assert.equal(await tab.page.locator("input:checked + span").first().textContent(), "0.25 s");
    await tab.page.getByLabel("iso").click();
    await waitFor(() => new URL(tab.page.url()).search === "?interval=250&format=iso");
    await assertClean(tab);
  });

  /** @type {[query: string, sentence: RegExp][]} */
  const refused = [
    ["interval=99", /interval must be a whole number from 100 to 60000\./],
    ["interval=soon", /interval must be a whole number from 100 to 60000\./],
    ["interval=", /interval must be a whole number from 100 to 60000\./],
    ["format=xml", /format must be iso, unix or json\./],
    ["interval=1000&format=%3Cb%3Every%20long%20indeed%3C%2Fb%3E", /format must be iso, unix or json\./],
  ];
  for (const [query, sentence] of refused) {
    it(`that the server refuses are refused in its words: ${query}`, async (t) => {
      const tab = await browser.tab(t, `${runtime.url}/?${query}`, {
        viewport: { width: 320, height: 640 },
      });
      await tab.until("state", /^stopped: the server refused \(400\)\. The query parameter /);
      assert.match(await tab.text("state"), sentence);
      assert.ok(tab.logs.some((line) => sentence.test(line)));
      assert.deepEqual(await violations(tab.page), []);
      const { scrollWidth, clientWidth } = await tab.page.evaluate(() => document.documentElement);
      assert.equal(scrollWidth, clientWidth);
      for (const label of ["1 s", "iso"]) await tab.page.getByLabel(label, { exact: true }).check();
      await tab.until("state", /^live$/);
      await tab.untilCount("ticks", 1);
      await assertClean(tab, DEAD_LINE);
    });
  }

  it("of a slow clock come with word of the next tick", async (t) => {
    const tab = await browser.tab(t, `${runtime.url}/?interval=60000`);
    await tab.until("state", /^live$/);
    await tab.until("how-long", /^for \d+ s · next tick in \d+ s$/);
    const seconds = Number(/in (\d+) s/.exec(await tab.text("how-long"))?.[1]);
    assert.ok(seconds >= 1 && seconds <= 60);
    await waitFor(async () => !(await tab.text("how-long")).includes(` ${seconds} s`), {
      what: "the countdown to go on",
    });
    await tab.page.getByLabel("1 s", { exact: true }).check();
    await tab.until("how-long", /^for \d+ s$/);
  });

  it("of a fast clock put no more than a line each second into the console", async (t) => {
    const tab = await browser.tab(t, `${runtime.url}/?interval=100`);
    await tab.untilCount("ticks", 45);
    const lines = tab.logs.filter((line) => line.endsWith("Z")).map((line) => Date.parse(line));
    assert.ok(lines.length >= 4, `${lines.length} lines`);
    for (const [k, at] of lines.slice(1).entries()) assert.equal(at - lines[k], 1000);
  });
});
