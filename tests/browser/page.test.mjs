// The page as a visitor meets it.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { liveStreams, untilLive } from "../support/client.mjs";
import { root } from "../support/runtime.mjs";
import { runtimeWith } from "../support/suite.mjs";
import { waitFor } from "../support/wait.mjs";
import { assertClean, assertWhole, withBrowser } from "./browser.mjs";

const PUBLIC = path.join(root, "public");
const SCREENSHOTS = path.join(root, "target/screenshots");
const AXE = readFileSync(path.join(root, "node_modules/axe-core/axe.min.js"), "utf8");

const files = readdirSync(PUBLIC).filter((name) => name !== "_headers");

/** All of axe's rules, on the page as it stands. */
async function violations(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

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
    const marks = () => tab.page.evaluate(() => Number(document.getElementById("strip").dataset.marks));
    const inked = () =>
      tab.page.evaluate(() => {
        const canvas = document.getElementById("strip");
        const { data } = canvas.getContext("2d").getImageData(canvas.width - 60, 0, 60, canvas.height);
        return data.some((byte, k) => k % 4 === 3 && byte > 0);
      });
    await waitFor(async () => (await marks()) >= 5, { what: "five marks" });
    const [nodes, before] = [await tab.page.locator("*").count(), await marks()];
    await waitFor(async () => (await marks()) >= before + 30, { what: "thirty marks more" });
    assert.equal(await inked(), true);
    assert.equal(await tab.page.locator("*").count(), nodes, "the page itself does not grow");

    const bound = await tab.page.evaluate(async () => {
      const { Timeline, MAX_MARKS, draw } = await import("/timeline.js");
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
    await tab.page.evaluate(() => document.getElementById("cut").click()); // no input: each shift counts
    await tab.until("state", /^reconnecting/);
    await tab.until("state", /^live$/);
    await tab.untilCount("replayed", 1);
    assert.deepEqual((await tab.seen()).shifted, []);
  });

  it("works by keyboard alone", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    const { keyboard } = tab.page;
    const focused = () =>
      tab.page.evaluate(() => {
        const { activeElement: element } = document;
        const drawn = element.matches("input") ? element.nextElementSibling : element;
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

  it("announces the state, and nothing that changes with each tick", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.untilCount("ticks", 3);
    const announcing = await tab.page
      .locator("[aria-live], [role=status], [role=alert], output")
      .allTextContents();
    assert.deepEqual(announcing, ["live"]);
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
        document.getAnimations().some(({ animationName }) => animationName === "breathe"),
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

  it("takes interval and format, and keeps them in the address", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.page.getByLabel("0.1 s").click();
    await tab.page.getByLabel("json").click();
    await waitFor(() =>
      tab.logs.some((line) => line.startsWith('{"time":') && JSON.parse(line).interval_ms === 100),
    );
    assert.equal(new URL(tab.page.url()).search, "?interval=100&format=json");
    await untilLive(runtime, 1);
    await tab.page.reload();
    await waitFor(async () => (await tab.shown()).length >= 10, { what: "ten ticks" });
    assertWhole(await tab.shown(), 100, 10);
    await assertClean(tab);
  });

  it("shows the bytes as they are, heartbeats too, and no more than the last of them", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.page.click("summary");
    await tab.until("bytes", /^retry: \d+⏎\nid: \d+⏎\ndata: [^⏎]+⏎\n⏎\n/);
    await tab.until("bytes", /⏎\n:⏎\n/);
    assert.match(await tab.text("raw-state"), /200 text\/event-stream.*, \d+ bytes\./);
    const bound = await tab.page.evaluate(async () => {
      const { Tail, MAX_LINES } = await import("/raw.js");
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

describe("the files of the site", () => {
  const runtime = runtimeWith();

  it("are under 30 KB gzipped, all together", () => {
    const sizes = files.map((name) => gzipSync(readFileSync(path.join(PUBLIC, name)), { level: 9 }).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total < 30 * 1024, `${total} bytes`);
  });

  it("have no inline script or style, and name no other host", () => {
    for (const name of files.filter((file) => file.endsWith(".html"))) {
      const html = readFileSync(path.join(PUBLIC, name), "utf8");
      assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/, name);
      assert.doesNotMatch(html, /(?:src|href)="(?!\/)/, name);
    }
  });

  for (const name of [...files.filter((file) => file !== "index.html"), "", "no-such-file"]) {
    it(`go out with the security headers, to be asked for again each time: /${name}`, async (_t) => {
      const answer = await fetch(`${runtime.url}/${name}`);
      const { headers } = answer;
      await answer.arrayBuffer();
      const csp = headers.get("content-security-policy");
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]) {
        assert.ok(csp?.split("; ").includes(rule), `${rule} is not in: ${csp}`);
      }
      assert.doesNotMatch(csp, /unsafe|https?:|\*/);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("x-frame-options"), "DENY");
      assert.equal(headers.get("referrer-policy"), "no-referrer");
      assert.match(headers.get("permissions-policy"), /camera=\(\)/);
      assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
      assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
      assert.equal(headers.get("cache-control"), "no-cache");
      if (answer.status === 404) return;
      const again = await fetch(`${runtime.url}/${name}`, {
        headers: { "if-none-match": headers.get("etag") },
      });
      assert.equal(again.status, 304);
    });
  }
});
