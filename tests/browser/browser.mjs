// A real Chromium for the tests, and pages that must stay without an error.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before } from "node:test";
import { launchChromium } from "../support/chromium.mjs";
import { root } from "../support/runtime.mjs";
import { waitFor } from "../support/wait.mjs";
import { bareTabs } from "./bare.mjs";

const AXE = readFileSync(path.join(root, "node_modules/axe-core/axe.min.js"), "utf8");

function findChromium() {
  const env = path.join(root, ".toolchain/env.json");
  const found = existsSync(env) && JSON.parse(readFileSync(env, "utf8")).chromium;
  if (found) return found;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    } catch {
      // the next one
    }
  }
  throw new Error('there is no Chromium: run "node scripts/setup.mjs --test" first');
}

/** A browser for the tests of the surrounding `describe`. */
export function withBrowser() {
  let browser;
  before(async () => (browser = await launchChromium(findChromium())));
  after(() => browser?.close());

  return {
    /** Tabs of one context share their connection; contexts share nothing. It ends with the test. */
    async context(test, options) {
      const context = await browser.newContext(options);
      test.after(() => context.close());
      return context;
    },
    bareTabs: () => bareTabs(browser),
    async tab(test, url, options) {
      return openTab(await this.context(test, options), url);
    },
  };
}

/** Opens a page that notes its console, its errors, and each tick and state that it showed. */
export async function openTab(context, url) {
  const page = await context.newPage();
  /** @type {string[][]} */
  const [logs, errors, requests] = [[], [], []];
  const tab = { page, context, logs, errors, requests };
  page.on("console", (message) => {
    (["error", "warning"].includes(message.type()) ? tab.errors : tab.logs).push(message.text());
  });
  page.on("pageerror", (error) => tab.errors.push(String(error)));
  page.on("request", (request) => tab.requests.push(request.url()));
  await page.addInitScript(observe);
  await page.goto(url);
  const text = (id) => page.locator(`#${id}`).textContent();
  return Object.assign(
    tab,
    reading(text, (body) => page.evaluate(body)),
  );
}

/** Runs in the page, before its own scripts. */
export function observe() {
  /** @type {{ times: string[], states: (string | null)[], shifted: unknown[], violations: string[] }} */
  const seen = { times: [], states: [], shifted: [], violations: [] };
  Object.assign(globalThis, { seen });
  addEventListener("securitypolicyviolation", (event) => seen.violations.push(event.violatedDirective));
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { hadRecentInput, sources, value } = /** @type {any} */ (entry);
      if (!hadRecentInput)
        seen.shifted.push([value, ...sources.map(({ node }) => node?.outerHTML ?? node?.data)]);
    }
  }).observe({ type: "layout-shift", buffered: true });
  addEventListener("DOMContentLoaded", () => {
    const time = document.getElementById("time");
    const state = document.getElementById("state");
    if (!time || !state) return;
    // The old values too: several ticks may be shown before an observer is called.
    const times = (records) => {
      for (const { oldValue } of records) if (oldValue) seen.times.push(oldValue);
    };
    new MutationObserver(times).observe(time, { attributeFilter: ["datetime"], attributeOldValue: true });
    const states = () => seen.states.push(state.textContent);
    states();
    new MutationObserver(states).observe(state, { childList: true, characterData: true, subtree: true });
  });
}

/** What a tab of any browser shows, from the `text` of an element and what `observe` saw. */
export function reading(text, evaluate) {
  return {
    text,
    count: async (id) => Number(await text(id)),
    states: () => evaluate(() => globalThis.seen.states),
    seen: () => evaluate(() => globalThis.seen),
    /** Ids of the ticks shown so far, in their order, but for the one on show. */
    shown: async () => (await evaluate(() => globalThis.seen.times)).map((time) => Date.parse(time)),
    until: (id, wanted, options) =>
      waitFor(async () => wanted.test(await text(id)), { what: `#${id} to say ${wanted}`, ...options }).catch(
        async (error) => {
          throw new Error(`${error.message}; it says "${await text(id)}"`);
        },
      ),
    untilCount: (id, least, options) =>
      waitFor(async () => Number(await text(id)) >= least, { what: `${least} ${id}`, ...options }),
  };
}

/** Each tick was shown once, in order, none left out. */
export function assertWhole(ids, interval, least) {
  assert.ok(ids.length >= least, `${ids.length} ticks shown, ${least} expected`);
  const whole = ids.map((_, k) => ids[0] + k * interval);
  assert.deepEqual(ids, whole);
}

/** No error in the console and no breach of the policy; `but` are what the browser says of a dead line. */
export async function assertClean(tab, but = /^$/) {
  assert.deepEqual(
    tab.errors.filter((error) => !but.test(error)),
    [],
  );
  assert.deepEqual((await tab.seen()).violations, []);
}

/** All of axe's rules, on the page as it stands. */
export async function violations(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** Whether the picture shows this colour of the style, like `tick` or `outage`. */
export function inked(page, colour) {
  return page.evaluate((colour) => {
    const canvas = document.querySelector("canvas");
    if (!canvas) throw new Error("the page has no picture");
    const style = getComputedStyle(canvas).getPropertyValue(`--${colour}`);
    const [red, green, blue] = [...style.matchAll(/[\da-f]{2}/gi)].map(([hex]) => parseInt(hex, 16));
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    if (!copy) throw new Error("no picture can be looked at here");
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    for (let k = 0; k < data.length; k += 4) {
      if (data[k] === red && data[k + 1] === green && data[k + 2] === blue && data[k + 3] === 255)
        return true;
    }
    return false;
  }, colour);
}

/** What Chromium itself writes when a request fails; no script can prevent it. */
export const DEAD_LINE = /^Failed to load resource/;
