// The site as it is, but that its pages note what happens to them, for the tests to read. Of the two
// engines WebDriver can put a script before a page's own only in one.
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before } from "node:test";
import { root, startRuntime } from "../../support/runtime.mjs";
import { makeSite } from "../../support/site.mjs";
import { observe } from "../browser.mjs";

/** Runs in the page, before its own scripts and after `observe`. `?without=locks` takes `navigator.locks` from it. */
function note() {
  const seen = Object.assign(globalThis.seen, { shows: [], errors: [] });
  addEventListener("pageshow", ({ persisted }) => seen.shows.push(persisted));
  addEventListener("error", ({ message }) => seen.errors.push(message));
  addEventListener("unhandledrejection", ({ reason }) => seen.errors.push(String(reason)));
  const without = new URLSearchParams(location.search).get("without");
  if (without) Object.defineProperty(navigator, without, { value: undefined });
}

const SCRIPT = '<script src="/observe.js"></script>';

/** Starts runtimes with that site for the tests of the surrounding `describe`; each test stops its own. */
export function observedSite() {
  let site;
  before(() => {
    const page = readFileSync(path.join(root, "public/index.html"), "utf8");
    site = makeSite({
      "index.html": page.replace("<script", `${SCRIPT}\n    <script`),
      "bare.html": `<!doctype html><title>bare</title>${SCRIPT}`,
      "observe.js": `(${observe})();\n(${note})();\n`,
    });
  });
  after(() => site.remove());
  const adapt = (options) => ({ ...options, assets: { ...options.assets, directory: site.directory } });
  return (options) => startRuntime({ ...options, adapt });
}
