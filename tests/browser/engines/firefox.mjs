// Firefox, by WebDriver BiDi.
import puppeteer from "puppeteer-core";
import { oneByOne } from "./one-by-one.mjs";

// A process for each tab, so that one of them can be stopped alone. By default there are eight for all.
const PREFERENCES = { "dom.ipc.processCount": 32 };

/** @param {{ program: string }} programs */
export async function launchFirefox({ program }) {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: program,
    extraPrefsFirefox: PREFERENCES,
    env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: "1" },
  });
  const context = await browser.createBrowserContext();
  // Of tabs that open while others close, some fail with "no such frame": Firefox 153.
  const exclusive = oneByOne();
  return {
    version: await browser.version(),
    pid: /** @type {number} */ (browser.process()?.pid),
    async tab(url) {
      const page = await exclusive(async () => {
        const page = await context.newPage();
        await page.goto(url);
        return page;
      });
      return {
        goto: (url) => page.goto(url),
        evaluate: (body, ...args) => page.evaluate(body, ...args),
        // puppeteer's own goBack waits for a load, and a page that was kept does not load again.
        back: () => page.evaluate(() => history.back()),
        close: () => exclusive(() => page.close()),
        // New requests fail, and the page is told; what is open stays, as in Chromium.
        offline: (yes) => page.setOfflineMode(yes),
      };
    },
    close: () => browser.close(),
  };
}
