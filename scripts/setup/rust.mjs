// Rust's std for wasm32. rustup installs it, and that is all there is to it where rustup can
// download. Where it cannot, debian/ has the way around; nothing else here needs to know of it.
import fs from "node:fs";
import { command, output, which } from "../lib/command.mjs";
import { readText } from "../lib/files.mjs";
import { logFile } from "./stamps.mjs";

export const WASM = "wasm32-unknown-unknown";

/** Whether this compiler has std for wasm32. */
export function hasStd(rustc, env) {
  const options = { env: { ...process.env, ...env } };
  const dir = output(rustc, ["--print", "target-libdir", "--target", WASM], options);
  return dir && fs.existsSync(dir) && fs.readdirSync(dir).some((file) => /^libstd-.*\.rlib$/.test(file));
}

async function addTarget(log) {
  if (!which("rustup")) return false;
  try {
    await command(log, "rustup", ["target", "add", WASM], { env: { ...process.env, RUST_BACKTRACE: "0" } });
  } catch {
    return false;
  }
  return hasStd("rustc");
}

/** The step; `rust` is the user's own compiler, as the prerequisites found it. */
export const std = (rust, debian) => ({
  name: `Rust's std for ${WASM}`,
  ready: () => hasStd("rustc") || debian.ready(),
  work: async (log, say) => {
    if (debian.hasCompiler() || !(await addTarget(logFile("rustup")))) {
      const said = readText(logFile("rustup"))?.match(/^error: .*$/m)?.[0] ?? "rustup is not installed";
      await debian.install(log, say, rust, said);
    }
  },
});
