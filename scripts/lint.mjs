// Formatting, lints and types of everything in here, warnings denied: npm run lint.
// Rust is linted for both targets, the benchmark's and the test clients' crates included; JavaScript
// by Biome, and by TypeScript for the types that its comments give.
import { installPeers } from "../bench/lib/peers.mjs";
import { inherit } from "./lib/command.mjs";
import { buildEnv } from "./lib/env.mjs";
import { run, Stop } from "./lib/main.mjs";
import { readArguments } from "./lib/options.mjs";
import { at } from "./lib/paths.mjs";
import { setup } from "./setup.mjs";

// Crates that are no part of the Worker, each with the folder that it is built in by others too.
const NATIVE_CRATES = {
  "bench/client": "target/bench/client",
  "bench/peers/axum": "target/bench/axum",
  "tests/checker": "target/checker",
  "tests/clients/rust": "target/clients",
  "tests/clients/token": "target/clients",
};
const WASM_CRATES = { "bench/peers/workers-rs": "target/bench/workers-rs" };

const DENY = ["--", "-D", "warnings"];
const NATIVE = ["clippy", "--locked", "--all-targets"];
const WASM = ["--locked", "--lib", "--all-features", "--target", "wasm32-unknown-unknown"];

const manifest = (dir) => ["--manifest-path", at(dir, "Cargo.toml")];
const crate = ([dir, target]) => [...manifest(dir), "--target-dir", at(target)];

/** Each check's name, and the arguments of `inherit` that run it. */
function* checks(found) {
  const bin = (name) => at("node_modules/.bin", name);
  // Clippy must be of the compiler's own version. rustup's cargo-clippy is of rustup's compiler;
  // Debian's compiler has its clippy-driver, which cargo calls around each of our crates.
  const debian = {
    RUSTC_WORKSPACE_WRAPPER: found.clippyDriver,
    CLIPPY_ARGS: "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__",
  };
  const wasmClippy = (options = []) =>
    found.clippyDriver
      ? ["cargo", ["check", ...WASM, ...options], { env: { ...buildEnv(found), ...debian } }]
      : ["cargo", ["clippy", ...WASM, ...options, ...DENY], { env: buildEnv(found) }];

  yield ["types of all JavaScript", bin("tsc"), ["--project", at("tsconfig.json")]];
  yield ["types of the page's JavaScript", bin("tsc"), ["--project", at("tsconfig.page.json")]];
  yield ["JavaScript, CSS and JSON", bin("biome"), ["check", "--error-on-warnings"]];
  yield ["format of the Worker", "cargo", ["fmt", "--check"]];
  yield ["clippy of the Worker for this machine", "cargo", [...NATIVE, ...DENY]];
  yield ["clippy of the Worker for wasm32", ...wasmClippy()];
  for (const dir of Object.keys({ ...NATIVE_CRATES, ...WASM_CRATES }))
    yield [`format of ${dir}`, "cargo", ["fmt", "--check", ...manifest(dir)]];
  for (const one of Object.entries(NATIVE_CRATES))
    yield [`clippy of ${one[0]}`, "cargo", [...NATIVE, ...crate(one), ...DENY]];
  for (const one of Object.entries(WASM_CRATES))
    yield [`clippy of ${one[0]} for wasm32`, ...wasmClippy(crate(one))];
}

const USAGE = {
  command: "npm run lint",
  about: "Checks format and lints of Rust, for this machine and for wasm32, and of JavaScript, CSS and JSON.",
  options: {},
};

await run(async () => {
  if (!readArguments(USAGE)) return;
  const found = await setup();
  await installPeers(); // for their types
  const failed = [];
  for (const [name, ...call] of checks(found)) {
    console.log(`\n== ${name}`);
    if ((await inherit(...call)) !== 0) failed.push(name);
  }
  if (failed.length > 0) throw new Stop(`lints failed: ${failed.join(", ")}`);
});
