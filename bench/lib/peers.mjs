// The npm packages of the peers, which are the benchmark's alone.
import { command, readText, runEnv } from "../../scripts/lib.mjs";
import { bench, textOf, work } from "./paths.mjs";

/** Whether npm itself noted as installed what the lock file asks for. */
function ready() {
  const installed = readText(bench("peers/node_modules/.package-lock.json"));
  if (installed === null) return false;
  const has = JSON.parse(installed).packages;
  const wanted = JSON.parse(textOf(bench("peers/package-lock.json"))).packages;
  return Object.entries(wanted).every(([name, { version }]) => name === "" || has[name]?.version === version);
}

/** Installs them where they are not there yet. */
export async function installPeers() {
  if (ready()) return;
  const args = ["ci", "--prefix", bench("peers"), "--no-audit", "--no-fund"];
  await command(work("logs/npm.log"), "npm", args, { env: runEnv() });
}
