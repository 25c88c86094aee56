// For the tests: a Chromium that is there already, or playwright's, or Debian's.
import fs from "node:fs";
import path from "node:path";
import { command, output, which } from "../lib/command.mjs";
import { Stop } from "../lib/main.mjs";
import { at, NODE, TOOLCHAIN } from "../lib/paths.mjs";
import { aptCommand, aptInstall, mayApt } from "./apt.mjs";
import { stamp, stamped, stampOf } from "./stamps.mjs";

const PACKAGES = ["chromium"];
const CHROMIUMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const CHROMIUM_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
const BROWSERS = path.join(TOOLCHAIN, "browsers");

function findChromium() {
  const own = () => {
    const files = fs.existsSync(BROWSERS) ? fs.readdirSync(BROWSERS, { recursive: true }) : [];
    const found = files.find((file) =>
      /^(chrome|chromium|Chromium|headless_shell)$/.test(path.basename(String(file))),
    );
    return found && path.join(BROWSERS, String(found));
  };
  const known = stampOf("chromium");
  const candidates = [known, ...CHROMIUMS.map((name) => which(name)), CHROMIUM_MAC, own()];
  return (
    candidates.find(
      (file) => file && fs.existsSync(file) && (file === known || output(file, ["--version"]) !== null),
    ) ?? null
  );
}

async function installChromium(log, say) {
  if (!findChromium()) {
    say("not installed: trying playwright's download");
    const env = { ...process.env, PLAYWRIGHT_BROWSERS_PATH: BROWSERS };
    await command(log, NODE, [at("node_modules/playwright-core/cli.js"), "install", "chromium"], {
      env,
    }).catch(() => {});
  }
  const install = aptCommand(PACKAGES);
  if (!findChromium() && mayApt() === null) {
    say(`no download: ${install}`);
    await aptInstall(log, PACKAGES);
  }
  const found = findChromium();
  if (!found) {
    throw new Stop(
      `no Chromium for the browser tests, and none could be installed. Install one:\n  ${which("apt-get") ? install : "npx playwright-core install --with-deps chromium"}\n(log: ${log})`,
    );
  }
  stamp("chromium", found);
}

export const chromium = {
  name: "Chromium",
  ready: () => stamped("chromium", findChromium() ?? "none"),
  work: installChromium,
};
