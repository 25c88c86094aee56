// Firefox and WebKit behind one small interface, so that the same scenarios run in both.
//
// An engine has a `version`, the `pid` of the process above all of its own, `tab(url)`, which resolves
// when the page is loaded, and `close()`. Its tabs share what tabs of one visitor share. A tab has
// `goto(url)`, `back()`, `evaluate(body, ...args)`, whose function takes and gives JSON, and `close()`;
// and `offline(yes)`, or undefined where the engine cannot be told so.
import { fromSetUp } from "../../support/set-up.mjs";
import { launchFirefox } from "./firefox.mjs";
import { launchWebkit } from "./webkit.mjs";

const launchers = { firefox: launchFirefox, webkit: launchWebkit };

/** What there is to test with: each engine's name, and either `launch` or why it is `missing`. */
export const engines = [
  ["Firefox", "firefox"],
  ["WebKit", "webkit"],
].map(([name, key]) => {
  const programs = fromSetUp(key);
  return { name, missing: programs.missing ?? false, launch: () => launchers[key](programs) };
});
