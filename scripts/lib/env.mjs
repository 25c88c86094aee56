// The environments that other programs run in.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { at, ROOT } from "./paths.mjs";

/** The environment for compiling the Worker: the user's, and what set-up found. */
export function buildEnv(found) {
  const CARGO_ENCODED_RUSTFLAGS = rustFlags().join("\x1f");
  // The compiler says what is wrong; a backtrace of worker-build would only push it off the screen.
  return {
    ...process.env,
    ...found.env,
    RUST_BACKTRACE: "0",
    CARGO_ENCODED_RUSTFLAGS,
    PATH: [...found.path, process.env.PATH].join(path.delimiter),
  };
}

/** What keeps the upload small, and this machine's paths out of it. */
function rustFlags() {
  const cargoHome = process.env.CARGO_HOME ?? path.join(os.homedir(), ".cargo");
  const registry = path.join(cargoHome, "registry/src");
  const sources = fs.existsSync(registry)
    ? fs.readdirSync(registry).map((dir) => path.join(registry, dir))
    : [];
  return [
    // Function names would be a quarter of the upload. `strip = true` would also drop the section
    // that tells wasm-bindgen which features the compiler used.
    "-Clink-arg=--strip-all",
    "-Clink-arg=--keep-section=target_features",
    ...[...sources, ROOT].map((dir) => `--remap-path-prefix=${dir}/=`),
  ];
}

/** The environment for wrangler and the tests: npm's programs first, without telemetry or a look-up of where we are. */
export function runEnv() {
  const PATH = [at("node_modules/.bin"), process.env.PATH].join(path.delimiter);
  return { ...process.env, PATH, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
}
