// Firefox, by WebDriver BiDi.
import puppeteer from "puppeteer-core";

const PREFERENCES = {
  // puppeteer has all sites in one process and no page kept for the way back; visitors have neither.
  "fission.webContentIsolationStrategy": 1,
  "fission.bfcacheInParent": true,
  // A process for each tab, so that one of them can be stopped alone.
  "dom.ipc.processCount.webIsolated": 8,
};

/** @param {{ program: string }} programs */
export async function launchFirefox({ program }) {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: program,
    extraPrefsFirefox: PREFERENCES,
    env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: "1" },
  });
  const context = await browser.createBrowserContext();
  return {
    version: await browser.version(),
    pid: /** @type {number} */ (browser.process()?.pid),
    async tab(url) {
      const page = await context.newPage();
      await page.goto(url);
      return {
        goto: (url) => page.goto(url),
        evaluate: (body, ...args) => page.evaluate(body, ...args),
        // puppeteer's own goBack waits for a load, and a page that was kept does not load again.
        back: () => page.evaluate(() => history.back()),
        close: () => page.close(),
        // New requests fail, and the page is told; what is open stays, as in Chromium.
        offline: (yes) => page.setOfflineMode(yes),
      };
    },
    close: () => browser.close(),
  };
}
