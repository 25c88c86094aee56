// Runs every test, npm test, or some parts of them: npm test native worker.
import fs from "node:fs";
import { build, MAIN, PANICS, SITES } from "./build.mjs";
import { inherit } from "./lib/command.mjs";
import { runEnv } from "./lib/env.mjs";
import { isMain, run, Stop, seconds } from "./lib/main.mjs";
import { readArguments } from "./lib/options.mjs";
import { at } from "./lib/paths.mjs";
import { setup } from "./setup.mjs";

const testFiles = (dir) =>
  (fs.existsSync(at(dir)) ? fs.readdirSync(at(dir), { recursive: true, encoding: "utf8" }) : [])
    .filter((file) => file.endsWith(".test.mjs") && !file.includes("node_modules/"))
    .sort()
    .map((file) => `${dir}/${file}`);

/** The tests of a folder. That there are none is no success: then something is not where it is looked for. */
export const nodeTests =
  (dir, ...flags) =>
  async (found) => {
    const files = testFiles(dir);
    if (files.length === 0) throw new Stop(`no tests in ${dir}: *.test.mjs is expected there`);
    return inherit(found.node, ["--test", ...flags, ...files], { env: runEnv() });
  };

const cargoTest = (...options) => inherit("cargo", ["test", "--locked", ...options]);
const LOAD_CLIENT = [
  "--manifest-path",
  at("bench/client/Cargo.toml"),
  "--target-dir",
  at("target/bench/client"),
];

const PARTS = {
  native: {
    what: "what decides, on this machine, and the benchmark's load client",
    run: async () => (await cargoTest()) || cargoTest(...LOAD_CLIENT),
  },
  client: { what: "the client module, without a browser", run: nodeTests("tests/client") },
  scripts: {
    what: "set-up, build and start",
    run: nodeTests("tests/scripts", "--test-concurrency=3"), // they wait more than they compute
    builds: [MAIN, SITES],
  },
  worker: {
    what: "the built Worker, on workerd",
    run: nodeTests("tests/worker"),
    builds: [MAIN, SITES, PANICS],
    test: true,
  },
  conformance: {
    what: "the Durable Streams protocol's own suite, on workerd and through wrangler dev",
    run: (found) => inherit(found.node, ["tests/conformance/run.mjs"], { env: runEnv() }),
    builds: [MAIN],
    test: true,
  },
  browser: {
    what: "the page, in Chromium, Firefox and WebKit",
    run: nodeTests("tests/browser"),
    builds: [MAIN],
    test: true,
  },
};
/** @type {string[]} */
const NAMES = Object.keys(PARTS);

const USAGE = {
  command: "npm test",
  about: `Sets up what tests need and runs them all, or the parts that are named:\n${NAMES.map((name) => `  ${name.padEnd(11)} ${PARTS[name].what}`).join("\n")}`,
  options: {},
  words: {
    name: "part",
    what: NAMES.join(", "),
    expected: `no part of the tests; ${NAMES.join(", ")} are`,
    names: NAMES,
    allowed: (word) => NAMES.includes(word),
    bare: true, // npm hands words on without --
  },
};

if (isMain(import.meta.url)) {
  await run(async () => {
    const read = readArguments(USAGE);
    if (!read) return;
    const chosen = read.words.length > 0 ? NAMES.filter((name) => read.words.includes(name)) : NAMES;
    const parts = chosen.map((name) => PARTS[name]);
    const found = await setup({ test: parts.some(({ test }) => test) });
    for (const target of new Set(parts.flatMap(({ builds = [] }) => builds))) await build(found, target);

    // A failed part does not hide what the others have to say.
    const failed = [];
    for (const name of chosen) {
      const start = Date.now();
      console.log(`\n== ${name} tests`);
      const code = await PARTS[name].run(found);
      console.log(
        `== ${name} tests ${code === 0 ? "passed" : `FAILED (exit ${code})`} after ${seconds(start)}`,
      );
      if (code !== 0) failed.push(name);
    }
    if (failed.length > 0) throw new Stop(`tests failed: ${failed.join(", ")}`);
  });
}
