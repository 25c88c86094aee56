// For the tests: npm packages that nobody else needs, each folder with a lock file of its own.
import fs from "node:fs";
import { command } from "../lib/command.mjs";
import { hash, readText } from "../lib/files.mjs";
import { at } from "../lib/paths.mjs";
import { stamp, stamped } from "./stamps.mjs";

const FOLDERS = ["tests/conformance", "tests/clients", "tests/browser/engines"];

const key = () => hash(FOLDERS.map((dir) => readText(at(dir, "package-lock.json"))).join());
const ready = () =>
  stamped("test-packages", key()) && FOLDERS.every((dir) => fs.existsSync(at(dir, "node_modules")));

async function install(log) {
  for (const dir of FOLDERS) {
    await command(log, "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: at(dir) });
  }
  stamp("test-packages", key());
}

export const testPackages = { name: "npm packages of the tests", ready, work: install };
