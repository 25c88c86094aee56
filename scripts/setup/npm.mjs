// The npm packages of package-lock.json, among them the Node that wrangler needs.
import { command, output } from "../lib/command.mjs";
import { readText } from "../lib/files.mjs";
import { Stop } from "../lib/main.mjs";
import { at, NODE } from "../lib/paths.mjs";

/** What npm itself noted as installed is what the lock file asks for, and the Node in it runs. */
function npmReady() {
  const lock = JSON.parse(readText(at("package-lock.json")) ?? "null");
  const installed = JSON.parse(readText(at("node_modules/.package-lock.json")) ?? "null");
  if (!lock) throw new Stop("package-lock.json is missing. Get it back: git checkout package-lock.json");
  if (!installed) return false;
  const same = Object.entries(lock.packages).every(([name, { version, optional }]) => {
    const there = installed.packages[name]?.version;
    return name === "" || there === version || (optional && there === undefined);
  });
  return same && output(NODE, ["--version"]) === `v${lock.packages["node_modules/node"].version}`;
}

async function installNpm(log) {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  await command(log, "npm", ["ci", ...quiet]);
  // A user's ignore-scripts setting leaves these three without their programs.
  if (!npmReady())
    await command(log, "npm", ["rebuild", "--ignore-scripts=false", ...quiet, "node", "esbuild", "workerd"]);
  if (!npmReady()) throw new Stop(`npm ci ran, but node_modules/.bin/node does not run. See ${log}`);
}

export const npmPackages = { name: "npm packages", ready: npmReady, work: installNpm };
