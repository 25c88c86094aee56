// The page's channels: the wall and the model's answer, with a token and without.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { LONG, publish, readLog, SECRET } from "../support/channels-clients.mjs";
import { storageFor } from "../support/channels-processes.mjs";
import { root, startRuntime } from "../support/runtime.mjs";
import { runtimeWith } from "../support/suite.mjs";
import { inSeconds, sign } from "../support/tokens.mjs";
import { waitFor } from "../support/wait.mjs";
import { untilSaid as saidBy, withToken, wordsOnWall } from "../support/wall.mjs";
import { assertClean, DEAD_LINE, openTab, violations, withBrowser } from "./browser.mjs";

const WALL = "demo/wall";
const vars = { CHANNELS_SECRET: SECRET, PUBLIC_CHANNELS: "demo/*", RETRY_MS: 100, CPU_BUDGET_MS: 300_000 };
const words = /const WORDS =\s+"([^"]+)"/.exec(
  readFileSync(path.join(root, "public/answer.js"), "utf8"),
)?.[1];

const said = (tab) => tab.page.evaluate(wordsOnWall);
const untilSaid = (tab, words, options) => saidBy((body) => tab.page.evaluate(body), words, options);
async function say(tab, text) {
  await tab.page.fill("#words", text);
  await tab.page.press("#words", "Enter");
}
const alone = async (browser, t, url) => openTab(await browser.context(t), url);

describe("the wall of the page", () => {
  const runtime = runtimeWith(vars);
  const browser = withBrowser();

  it("takes the token out of the address, and everybody has what is said", async (t) => {
    const writer = await alone(browser, t, withToken(runtime));
    const reader = await alone(browser, t, runtime.url);
    await writer.until("wall-state", /^live/);
    await reader.until("wall-state", /^live/);
    assert.equal(writer.page.url(), `${runtime.url}/`);
    assert.ok(writer.requests.every((url) => !url.includes("token")));
    assert.equal(await reader.page.isVisible("#say"), false);
    assert.equal(await reader.page.isVisible("#read-only"), true);
    assert.equal(await reader.page.isVisible("#ask"), false);

    await say(writer, "hello, all");
    await untilSaid(reader, "hello, all");
    await untilSaid(writer, "hello, all");
    await say(writer, "<b>bold</b> <img src=x onerror=alert(1)>");
    await untilSaid(reader, "<b>bold</b> <img src=x onerror=alert(1)>");
    assert.equal(await reader.page.locator("#wall b, #wall img").count(), 0);
    await publish(runtime, WALL, [{ from: "curl" }]);
    await untilSaid(writer, '{"from":"curl"}');
    const places = await reader.page.$$eval("#wall small", (all) =>
      all.map(({ textContent }) => textContent),
    );
    assert.match(String(places.at(-1)), /^\d+$/);
    await writer.until("readers", /^· \d+ connections$/);

    // A reload keeps the token, and shows what was said before.
    await writer.page.reload();
    await untilSaid(writer, "hello, all");
    assert.equal(await writer.page.isVisible("#say"), true);
    assert.match(String(await writer.page.textContent("#wall li:last-child small")), /^\d+$/);
    for (const tab of [writer, reader]) await assertClean(tab);
  });

  it("brings back what came while the connection was cut, and says how much", async (t) => {
    const tab = await alone(browser, t, withToken(runtime));
    await tab.until("wall-state", /^live/);
    await tab.page.click("#wall-cut");
    await tab.until("wall-state", /^reconnecting/);
    await publish(runtime, WALL, ["while it was away", "and this"]);
    await tab.until("wall-state", /^live: 2 messages came back after the cut$/);
    await untilSaid(tab, "and this");
    assert.match(String(await tab.page.textContent("#wall li:last-child small")), /^\d+ · missed, sent now$/);
    await assertClean(tab);
  });

  it("sends what was typed without a network once, when it is back", async (t) => {
    const tab = await alone(browser, t, withToken(runtime));
    await tab.until("wall-state", /^live/);
    await say(tab, "before");
    await untilSaid(tab, "before");
    await tab.context.setOffline(true);
    const typed = ["typed offline 1", "typed offline 2", "typed offline 3"];
    for (const text of typed) await say(tab, text);
    await tab.until("unsent", /^3 messages to be sent$/);
    await tab.context.setOffline(false);
    for (const text of typed) await untilSaid(tab, text);
    await tab.until("unsent", /^$/);
    const { messages } = await readLog(runtime, WALL);
    assert.deepEqual(
      messages.filter((text) => String(text).startsWith("typed offline")),
      typed,
    );
    await assertClean(tab, DEAD_LINE);
  });

  it("shows no more than its last fifty, to eyes and to a screen reader", async (t) => {
    const tab = await alone(browser, t, runtime.url);
    await tab.until("wall-state", /^live/);
    const many = Array.from({ length: 60 }, (_, k) => `number ${k}`);
    await publish(runtime, WALL, many);
    await untilSaid(tab, "number 59");
    assert.deepEqual(await said(tab), many.slice(-50));
    await tab.until("wall-news", /^60 new messages on the wall$/);
    await assertClean(tab);
  });

  it("and an answer are small, with all that the page loads", async (t) => {
    const tab = await alone(browser, t, withToken(runtime));
    await tab.until("wall-state", /^live/);
    const names = tab.requests.map((url) => new URL(url).pathname.slice(1) || "index.html");
    const files = new Set([...names.filter((name) => /\.\w+$/.test(name)), "favicon.svg"]);
    assert.ok(files.has("channels.js") && files.has("answer.js"), [...files].join(" "));
    let total = 0;
    for (const name of files) {
      total += gzipSync(readFileSync(path.join(root, "public", name)), { level: 9 }).length;
    }
    t.diagnostic(`${total} bytes gzipped`);
    assert.ok(total <= 30 * 1024, `${total} bytes`);
  });
});

describe("the wall, looked at", { concurrency: 4 }, () => {
  const runtime = runtimeWith(vars);
  const browser = withBrowser();

  for (const [name, options] of Object.entries({
    light: { colorScheme: "light" },
    dark: { colorScheme: "dark" },
    narrow: { viewport: { width: 320, height: 640 } },
    // What 200 % makes of a window of 1280 by 720.
    "at 200 %": { viewport: { width: 640, height: 360 }, deviceScaleFactor: 2 },
  })) {
    it(`is accessible and fits: ${name}`, async (t) => {
      const tab = await openTab(await browser.context(t, options), withToken(runtime));
      await tab.until("wall-state", /^live/);
      await say(tab, `a long word: ${"w".repeat(150)}`);
      await untilSaid(tab, `a long word: ${"w".repeat(150)}`);
      assert.deepEqual(await violations(tab.page), []);
      const wide = await tab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} px too wide`);
      await assertClean(tab);
    });
  }
});

describe("a model’s answer in the page", { concurrency: 2 }, () => {
  const runtime = runtimeWith(vars);
  const browser = withBrowser();

  it("is read along by all, goes on after a reload of its writer, and is closed at its end", async (t) => {
    const writer = await alone(browser, t, withToken(runtime));
    const reader = await alone(browser, t, runtime.url);
    await reader.until("wall-state", /^live/);
    await writer.page.click("#ask");
    await writer.until("answer", /^(\S+ ){10}/);
    await reader.until("answer", /^(\S+ ){10}/);
    await writer.page.reload();
    await writer.until("answer", /^(\S+ ){15}/);
    const late = await alone(browser, t, runtime.url);
    for (const tab of [writer, reader, late]) {
      await tab.until("answer-state", /^It is complete, and closed.$/, { ceiling: 30_000 });
      assert.equal((await tab.text("answer")).trim(), words);
      await assertClean(tab);
    }
    await waitFor(async () => writer.page.isEnabled("#ask"), { what: "the button to be there again" });
  });

  it("follows no channel that is none of an answer’s", async (t) => {
    const tab = await alone(browser, t, runtime.url);
    await tab.until("wall-state", /^live/);
    for (const name of ["../health", "secret", "demo/answer/", "demo/answer/a/../../x", 7]) {
      await publish(runtime, WALL, [name], { "Stream-Event": "answer" });
    }
    await publish(runtime, WALL, ["the last"]);
    await untilSaid(tab, "the last");
    assert.ok(tab.requests.every((url) => !/answer\/|secret|\.\./.test(url)));
    await assertClean(tab);
  });
});

describe("the page’s channels", () => {
  const browser = withBrowser();

  it("are closed as they are delivered: the page says so and how to open them, without an error", async (t) => {
    const runtime = await startRuntime();
    t.after(() => runtime.stop());
    const tab = await browser.tab(t, withToken(runtime));
    await tab.until("wall-state", /^closed$/);
    assert.equal(await tab.page.isVisible("#channels-open"), false);
    assert.match(await tab.text("channels-closed"), /CHANNELS_SECRET/);
    await tab.until("state", /^live$/);
    assert.ok(tab.requests.every((url) => !url.includes("/channels/") && !url.endsWith("/channels.js")));
    assert.deepEqual(await violations(tab.page), []);
    await assertClean(tab);
  });

  it("go on to be read with a token that is not good any more, and say that it is", async (t) => {
    const runtime = await startRuntime({ vars });
    t.after(() => runtime.stop());
    const old = sign({ exp: inSeconds(-60), subscribe: ["demo/*"] }, { secret: SECRET });
    const tab = await browser.tab(t, `${runtime.url}/#token=${old}`);
    await tab.until("wall-state", /^live$/);
    await say(tab, "in vain");
    await tab.until("unsent", /^not sent: The token is not valid/);
    assert.equal(await tab.page.inputValue("#words"), "in vain");
    await assertClean(tab, DEAD_LINE);
  });

  it("are followed by the module's two files and three lines of HTML, with nothing else there", async (t) => {
    const directory = mkdtempSync(path.join(os.tmpdir(), "edge-events-alone-"));
    t.after(() => rmSync(directory, { recursive: true }));
    for (const name of ["edge-events.js", "channels.js"]) {
      copyFileSync(path.join(root, "public", name), path.join(directory, name));
    }
    const lines = [
      "<!doctype html><title>three lines</title><p id=out></p><script type=module>",
      'import { follow } from "./channels.js";',
      'follow("/channels/demo/alone", { from: "start" }).addEventListener("message", (e) => (out.textContent += e.detail.value));</script>',
    ];
    writeFileSync(path.join(directory, "index.html"), lines.join("\n"));
    const adapt = (options) => ({ ...options, assets: { ...options.assets, directory } });
    const runtime = await startRuntime({ vars, adapt });
    t.after(() => runtime.stop());
    const page = await (await browser.context(t)).newPage();
    await page.goto(runtime.url);
    await publish(runtime, "demo/alone", ["it", " works"]);
    await waitFor(async () => (await page.textContent("#out")) === "it works", { what: "both words" });
  });

  it("show every message once, in order, however often the runtime is killed", async (t) => {
    const persist = storageFor(t);
    let runtime = await startRuntime({ vars, persist });
    t.after(() => runtime.stop());
    const { port } = runtime;
    const tab = await browser.tab(t, withToken(runtime));
    await tab.until("wall-state", /^live/);
    await tab.page.evaluate(() => {
      const seen = /** @type {any} */ ((globalThis.items = []));
      const wall = document.getElementById("wall");
      if (!wall) throw new Error("there is no wall");
      new MutationObserver((records) => {
        for (const { addedNodes } of records) {
          for (const { firstChild } of addedNodes) seen.push(firstChild?.textContent?.trim());
        }
      }).observe(wall, { childList: true });
    });
    const kills = LONG ? 20 : 4;
    const sent = [];
    for (let kill = 0; kill < kills; kill += 1) {
      for (let k = 0; k < 3; k += 1) {
        sent.push(`message ${kill}.${k}`);
        await publish(runtime, WALL, [sent.at(-1)]);
      }
      await runtime.kill();
      // Typed into the page while nobody is there.
      sent.push(`from the page ${kill}`);
      await say(tab, String(sent.at(-1)));
      runtime = await startRuntime({ vars, persist, port });
      await untilSaid(tab, sent.at(-1), { ceiling: 45_000 });
    }
    assert.deepEqual(await tab.page.evaluate(() => /** @type {any} */ (globalThis).items), sent);
    await assertClean(tab, DEAD_LINE);
  });
});
