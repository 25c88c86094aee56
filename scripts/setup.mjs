// Makes this folder ready, as often as you like: npm packages, Rust's std for wasm32, worker-build
// and wasm-bindgen; with --test also what tests need: Chromium, Firefox, WebKit, and the clients of
// others in npm and Python. Each has a file of its own in setup/. All of it goes into this folder, but
// for `rustup target add`, which a Worker in Rust needs anyway, and for browsers that Debian's apt-get
// installs.
import path from "node:path";
import { killChildren } from "./lib/command.mjs";
import { hash, writeWhole } from "./lib/files.mjs";
import { locked } from "./lib/lock.mjs";
import { isMain, run, seconds } from "./lib/main.mjs";
import { readArguments } from "./lib/options.mjs";
import { at, BIN, ENV_FILE, NODE, TOOLCHAIN } from "./lib/paths.mjs";
import { removeLeftovers } from "./setup/cargo-install.mjs";
import { chromium } from "./setup/chromium.mjs";
import { debian } from "./setup/debian/index.mjs";
import { engines, enginesForTests } from "./setup/engines.mjs";
import { npmPackages } from "./setup/npm.mjs";
import { checkPrerequisites } from "./setup/prerequisites.mjs";
import { python, pythonForTests } from "./setup/python.mjs";
import { hasStd, std } from "./setup/rust.mjs";
import { stampOf } from "./setup/stamps.mjs";
import { runSteps } from "./setup/steps.mjs";
import { testPackages } from "./setup/test-packages.mjs";
import { WASM_BINDGEN, WASM_BINDGEN_BIN, wasmBindgen } from "./setup/wasm-bindgen.mjs";
import { WORKER_BUILD, workerBuild } from "./setup/worker-build.mjs";

/** What is not ready yet, by lane: lanes run side by side. */
function pendingSteps(rust, test) {
  const lanes = [
    [npmPackages, ...(test ? [testPackages, chromium, ...engines] : [])],
    [std(rust, debian)],
    [workerBuild, wasmBindgen],
    test ? [python] : [],
  ];
  return lanes.map((lane) => lane.filter((step) => !step.ready())).filter((lane) => lane.length > 0);
}

/** What the other scripts need to know, kept in .toolchain/env.json. */
function writeEnv(rust) {
  const byRustup = {
    world: "rustup",
    compiler: rust.version,
    version: rust.version,
    path: [],
    env: {},
    clippyDriver: null,
  };
  const { world, compiler, version, ...its } = hasStd("rustc") ? byRustup : debian.environment(rust);
  const found = {
    world,
    compiler,
    node: NODE,
    path: [...its.path, BIN, at("node_modules/.bin")], // worker-build calls rustc by its name
    env: {
      ...its.env,
      // worker-build downloads nothing by itself.
      WASM_BINDGEN_BIN,
      ESBUILD_BIN: at("node_modules/.bin/esbuild"),
      WASM_OPT_BIN: at("node_modules/.bin/wasm-opt"),
      XDG_CACHE_HOME: path.join(TOOLCHAIN, "cache"),
    },
    clippyDriver: its.clippyDriver,
    chromium: stampOf("chromium"),
    ...enginesForTests(),
    python: pythonForTests(),
    toolchain: hash([WORKER_BUILD, WASM_BINDGEN, version].join("\n")),
  };
  writeWhole(ENV_FILE, `${JSON.stringify(found, null, 2)}\n`);
  return found;
}

/** Sets up what is missing; returns what is in env.json. */
export async function setup({ test = false } = {}) {
  // Under a build of ours the private compiler may stand first: look at the user's own.
  const own = (dir) => !dir.startsWith(TOOLCHAIN);
  process.env.PATH = (process.env.PATH ?? "").split(path.delimiter).filter(own).join(path.delimiter);
  if (!own(process.env.RUSTC ?? "")) delete process.env.RUSTC;
  const rust = checkPrerequisites({ makesPython: test && !python.ready() });
  if (pendingSteps(rust, test).length > 0) {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, interrupted);
    await locked("setup", async () => {
      const pending = pendingSteps(rust, test); // another process may have done it meanwhile
      if (pending.length === 0) return;
      await runSteps(pending);
      removeLeftovers();
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, interrupted);
  }
  return writeEnv(rust);
}

function interrupted() {
  console.error("\nSet-up interrupted; the next run goes on where this one stopped.");
  killChildren();
  process.exit(130);
}

const USAGE = {
  command: "node scripts/setup.mjs",
  about: "Sets up what is missing. Every other script does that by itself first.",
  options: {
    test: {
      kind: "flag",
      what: "what the tests need, too: Chromium, Firefox, WebKit, and the clients of others",
    },
  },
};

if (isMain(import.meta.url)) {
  const start = Date.now();
  await run(async () => {
    const read = readArguments(USAGE);
    if (!read) return;
    const { world } = await setup({ test: read.values.test });
    console.log(`Everything is set up (std for wasm32: ${world}), checked in ${seconds(start)}.`);
  });
}
