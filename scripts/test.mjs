// Runs every test: npm test, or one part of them: npm test -- native|scripts|client|worker|browser.
import fs from "node:fs";
import { build, PANICS, SITES } from "./build.mjs";
import { at, inherit, run, runEnv, Stop, seconds } from "./lib.mjs";
import { setup } from "./setup.mjs";

const testFiles = (dir) =>
  (fs.existsSync(at(dir)) ? fs.readdirSync(at(dir), { recursive: true, encoding: "utf8" }) : [])
    .filter((file) => file.endsWith(".test.mjs"))
    .sort()
    .map((file) => `${dir}/${file}`);

function nodeTests(dir) {
  return (found) => {
    const files = testFiles(dir);
    if (files.length === 0) throw new Stop(`no tests in ${dir}: *.test.mjs is expected there`);
    return inherit(found.node, ["--test", ...files], { env: runEnv() });
  };
}

const cargoTest = (...options) => inherit("cargo", ["test", "--locked", ...options]);

// The native tests are the Worker's own, and those of the benchmark's load client.
const PARTS = {
  native: async () =>
    (await cargoTest()) ||
    cargoTest("--manifest-path", at("bench/client/Cargo.toml"), "--target-dir", at("target/bench/client")),
  scripts: nodeTests("tests/scripts"),
  client: nodeTests("tests/client"),
  worker: nodeTests("tests/worker"),
  browser: nodeTests("tests/browser"),
};

await run(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !Object.hasOwn(PARTS, name));
  if (unknown.length > 0)
    throw new Stop(`unknown part ${unknown.join(" ")}: ${Object.keys(PARTS).join(", ")} are allowed`);
  const chosen = asked.length > 0 ? asked : Object.keys(PARTS);

  const onlyNative = chosen.every((name) => name === "native");
  const found = onlyNative ? await setup() : await setup({ test: true });
  if (!onlyNative) await build(found);
  if (chosen.includes("worker")) for (const made of [SITES, PANICS]) await build(found, made);

  // A failed part does not hide what the others have to say.
  const failed = [];
  for (const name of chosen) {
    const start = Date.now();
    console.log(`\n== ${name} tests`);
    const code = await PARTS[name](found);
    console.log(
      `== ${name} tests ${code === 0 ? "passed" : `FAILED (exit ${code})`} after ${seconds(start)}`,
    );
    if (code !== 0) failed.push(name);
  }
  if (failed.length > 0) throw new Stop(`tests failed: ${failed.join(", ")}`);
});
