// Builds the release Worker: `node scripts/build.mjs`, the `[build] command` of wrangler.toml, into
// build/, and with --sites, that of wrangler.sites.toml, into build-sites/. Then it asks the Worker
// whether it can use the variables of that file. With --panics it makes the Worker that the tests of
// panics run, in build-panics/. Nothing is done when nothing has changed.
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { inherit } from "./lib/command.mjs";
import { buildEnv } from "./lib/env.mjs";
import { hash, hashFiles, readText, writeWhole } from "./lib/files.mjs";
import { locked } from "./lib/lock.mjs";
import { isMain, run, Stop, seconds } from "./lib/main.mjs";
import { readArguments } from "./lib/options.mjs";
import { at, BIN } from "./lib/paths.mjs";
import { shortenNames } from "./lib/wasm-names.mjs";
import { setup } from "./setup.mjs";
import { compilerLines } from "./wrangler/compiler-lines.mjs";
import { checkVariables } from "./wrangler/variables.mjs";

/**
 * Where a build goes, cargo's features, what else goes into it, and the configuration that deploys it.
 *
 * @typedef {{ out: string, features: string[], files: string[], config: string | null }} Target
 */

/** The Worker as it is deployed. */
export const MAIN = { out: "build", features: [], files: [], config: "wrangler.toml" };
/** The same for a site in Workers Sites. */
export const SITES = {
  out: "build-sites",
  features: ["workers-sites"],
  files: ["public/_headers"],
  config: "wrangler.sites.toml",
};
/** For the tests of what a panic costs; no configuration deploys it. */
/** @type {Target} */
export const PANICS = { out: "build-panics", features: ["test-panics"], files: [], config: null };

/** The one that a configuration's `[build] command` builds. */
export const targetOf = (config = MAIN.config) =>
  /build\.mjs --sites/.test(readText(at(config)) ?? "") ? SITES : MAIN;

const outputs = ({ out }) => ["index.js", "index_bg.wasm"].map((file) => path.join(out, file));
const stampOf = ({ out }) => at(out, ".stamp");
/** Is there while the sources do not compile. */
export const failureOf = ({ out }) => at(out, ".failed");

// The stamp names what was built as well as what from: a build that broke off half-way matches none.
function keyOf(found, target) {
  const files = [
    "src",
    "worker",
    ...target.files,
    "Cargo.toml",
    "Cargo.lock",
    "scripts/build.mjs",
    "scripts/lib/env.mjs",
    "scripts/lib/wasm-names.mjs",
  ];
  const sources = hash(`${hashFiles(...files)} ${found.toolchain} ${target.features}`);
  return `${sources} ${hashFiles(...outputs(target))}`;
}
const upToDate = (found, target) =>
  readText(stampOf(target)) === keyOf(found, target) &&
  outputs(target).every((file) => fs.existsSync(at(file)));

/** Builds what is not up to date. `run` runs worker-build, and resolves to its exit code. */
export async function build(found, target = /** @type {Target} */ (MAIN), run = inherit) {
  const { out, features } = target;
  const done = () => {
    if (!upToDate(found, target)) return false;
    fs.rmSync(failureOf(target), { force: true });
    return true;
  };
  if (done()) return;
  await locked("build", async () => {
    if (done()) return; // another process built it meanwhile
    const start = Date.now();
    const args = ["--release", "--out-dir", path.join("..", out), "worker", "--locked"];
    if (features.length > 0) args.push("--features", features.join());
    const before = keyOf(found, target).split(" ")[0];
    const code = await run(path.join(BIN, "worker-build"), args, { env: buildEnv(found) });
    if (code !== 0) {
      writeWhole(failureOf(target), "");
      throw new Stop(`worker-build --release failed (exit ${code}); the reason stands above.`);
    }
    const [js, wasm] = outputs(target).map((file) => at(file));
    const shorter = shortenNames(fs.readFileSync(wasm), fs.readFileSync(js, "utf8"));
    writeWhole(js, shorter.js);
    writeWhole(wasm, shorter.wasm);
    // A source that was changed meanwhile is built the next time.
    writeWhole(stampOf(target), `${before} ${hashFiles(...outputs(target))}`);
    fs.rmSync(failureOf(target), { force: true });
    const zipped = outputs(target).reduce((sum, file) => sum + gzipSync(fs.readFileSync(at(file))).length, 0);
    console.log(
      `Built in ${seconds(start)}; upload: ${(zipped / 1024).toFixed(1)} KiB gzipped (${outputs(target).join(" + ")}).`,
    );
  });
}

/** Asks the Worker about the variables of its file, once for each state of both. */
async function checkFile(found, target) {
  const key = variablesKey(target);
  const stamp = at(".toolchain/stamps", `variables-${target.out}`);
  if (key === readText(stamp) || key === process.env.EDGE_EVENTS_CHECKED) return;
  await checkVariables(found, "build", { config: target.config });
  writeWhole(stamp, key);
}

/** A state of the Worker and of its file: start and deploy, which have checked it, tell it to the command of wrangler. */
export const variablesKey = (target) => hash(`${readText(stampOf(target))} ${readText(at(target.config))}`);

/**
 * As `wrangler dev` runs it: what fails is said, and the command succeeds. Otherwise wrangler holds every
 * request until the sources compile again, and hides what is wrong with them under its own stack.
 */
async function buildForDev(found, target) {
  const there = outputs(target).every((file) => fs.existsSync(at(file)));
  if (!there) await build(found, target);
  else {
    const lines = compilerLines();
    try {
      await build(found, target, lines.run);
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      const built = fs.statSync(at(outputs(target)[1])).mtime.toLocaleTimeString();
      console.log(
        `It does not compile. The Worker as it was built at ${built} is served meanwhile.\n${lines.text()}`,
      );
      return;
    }
  }
  await checkFile(found, target).catch((error) => {
    if (!(error instanceof Stop)) throw error;
    console.log(`Warning: ${error.message}`);
  });
}

const USAGE = {
  command: "npm run build",
  about: "Builds the Worker, and checks the variables of wrangler.toml.",
  options: {
    panics: {
      kind: "flag",
      what: "for the tests: a Worker that panics when it is asked to, into build-panics/",
    },
    sites: { kind: "flag", what: "for Workers Sites: with wrangler.sites.toml, into build-sites/" },
  },
};

if (isMain(import.meta.url)) {
  await run(async () => {
    const read = readArguments(USAGE);
    if (!read) return;
    const target = read.values.panics ? PANICS : read.values.sites ? SITES : MAIN;
    const found = await setup();
    if (process.env.WRANGLER_COMMAND === "dev") return buildForDev(found, target);
    await build(found, target);
    if (target.config) await checkFile(found, target);
  });
}
