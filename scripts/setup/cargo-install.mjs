// Programs from Rust's crate registry, into .toolchain/bin.
import path from "node:path";
import { command } from "../lib/command.mjs";
import { remove } from "../lib/files.mjs";
import { TOOLCHAIN } from "../lib/paths.mjs";

const TARGET = path.join(TOOLCHAIN, "tools-target");

// They run fast enough unoptimised, and are there in a third of the time.
const QUICK_RELEASE = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "0",
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "4",
  CARGO_PROFILE_RELEASE_DEBUG: "0",
};

export async function cargoInstall(log, name, version, ...extra) {
  const place = ["--root", TOOLCHAIN, "--target-dir", TARGET];
  const env = { ...process.env, ...QUICK_RELEASE };
  await command(log, "cargo", ["install", `${name}@${version}`, "--locked", "--force", ...place, ...extra], {
    env,
  });
}

/** What compiling them left behind. */
export const removeLeftovers = () => remove(TARGET);
