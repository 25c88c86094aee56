// Follows an event stream with Chromium's own EventSource and prints each event as one line:
// its type, its id and its data, separated by tabs.
import { launchChromium } from "../support/chromium.mjs";

const [, , url, executablePath] = process.argv;
const browser = await launchChromium(executablePath);
const page = await browser.newPage();
await page.exposeFunction("say", (line) => console.log(line));
await page.goto(new URL("/health", url).href); // any page of the same origin that opens no stream itself
await page.evaluate((url) => {
  /** @type {(line: string) => void} */
  const print = /** @type {any} */ (window).say;
  const source = new EventSource(url);
  source.onopen = () => print("open\t\t");
  for (const type of ["message", "gap", "rotate", "overload"]) {
    source.addEventListener(type, ({ lastEventId, data }) => print([type, lastEventId, data].join("\t")));
  }
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) print("gave up\t\t");
  };
}, url);
process.on("SIGTERM", () => browser.close().then(() => process.exit(0)));
