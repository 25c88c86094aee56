// For the tests: Firefox, and WebKit with what drives it. Those that are there already are taken; on
// Debian the others are installed. Where one cannot be had, that is said here and again by its tests,
// which are then skipped.
import fs from "node:fs";
import path from "node:path";
import { output, which } from "../lib/command.mjs";
import { Stop } from "../lib/main.mjs";
import { aptCommand, aptInstall, aptUpdate, mayApt, notInApt } from "./apt.mjs";
import { stamp, stamped, stampOf } from "./stamps.mjs";

const FIREFOXES = ["firefox-esr", "firefox"];
const FIREFOX_MAC = "/Applications/Firefox.app/Contents/MacOS/firefox";

function findFirefox() {
  const known = noted("firefox")?.program;
  const program = [known, ...FIREFOXES.map((name) => which(name)), FIREFOX_MAC].find(
    (file) => file && fs.existsSync(file) && (file === known || output(file, ["--version"]) !== null),
  );
  return program ? { program } : null;
}

/** WebKit's own small browser is no program to be called by its name: it lies beside the library. */
function findMiniBrowser() {
  const below = (dir) => (fs.existsSync(dir) ? fs.readdirSync(dir).map((name) => path.join(dir, name)) : []);
  const roots = ["/usr/lib", "/usr/libexec"];
  return [...roots, ...below("/usr/lib").filter((dir) => dir.endsWith("-linux-gnu"))]
    .flatMap((dir) => below(dir).filter((name) => path.basename(name).startsWith("webkit2gtk-")))
    .map((dir) => path.join(dir, "MiniBrowser"))
    .find((file) => fs.existsSync(file));
}

function findWebkit() {
  const [driver, browser, display] = [which("WebKitWebDriver"), findMiniBrowser(), which("Xvfb")];
  return driver && browser && display ? { driver, browser, display } : null;
}

const ENGINES = {
  firefox: { name: "Firefox", packages: ["firefox-esr"], find: findFirefox },
  webkit: { name: "WebKit", packages: ["webkit2gtk-driver", "xvfb"], find: findWebkit },
};

/** Where the engine's programs are, or `{missing}`, as the last set-up for the tests left it; null before any. */
const noted = (key) => JSON.parse(stampOf(key) ?? "null");

/** What the tests find in env.json. */
export const enginesForTests = () => ({ firefox: noted("firefox"), webkit: noted("webkit") });

/** One sentence for who runs set-up, and for the tests that are skipped. */
export const sentenceWithout = ({ name, packages }, why) =>
  `no ${name} for the tests, so those with ${name} are skipped: it is not here and could not be installed, for ${why}. On Debian: ${aptCommand(packages)}`;

/** @param {"firefox" | "webkit"} key */
function step(key) {
  const { name, packages, find } = ENGINES[key];

  async function install(log, say) {
    if (!find()) {
      if (mayApt() === null) await aptUpdate(log);
      const why = mayApt() ?? notInApt(packages);
      if (why !== null) {
        const missing = sentenceWithout({ name, packages }, why);
        stamp(key, JSON.stringify({ missing }));
        return say(missing);
      }
      say(`not installed: ${aptCommand(packages)}`);
      await aptInstall(log, packages);
    }
    const found = find();
    // apt-get has it, so that it is not here is a failure, and no property of this machine.
    if (!found)
      throw new Stop(
        `no ${name} for the browser tests: its packages could not be installed. Install them:\n  ${aptCommand(packages)}\n(log: ${log})`,
      );
    stamp(key, JSON.stringify(found));
  }

  const ready = () => {
    const found = find();
    return found !== null && stamped(key, JSON.stringify(found));
  };
  return { name, ready, work: install };
}

export const engines = [step("firefox"), step("webkit")];
