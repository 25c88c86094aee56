// Where rustup cannot download: std for wasm32, built with Debian's compiler from its source.
import fs from "node:fs";
import path from "node:path";
import { command, output, which } from "../../lib/command.mjs";
import { remove } from "../../lib/files.mjs";
import { Stop } from "../../lib/main.mjs";
import { TOOLCHAIN } from "../../lib/paths.mjs";
import { aptOr } from "../prerequisites.mjs";
import { hasStd, WASM } from "../rust.mjs";
import { stamp, stamped } from "../stamps.mjs";
import { compilerReady, PACKAGES, RUSTC } from "./compiler.mjs";

const RECIPE = 2; // raise it when buildStd changes
export const STD_KEY = `${RECIPE} ${PACKAGES}`;
export const stdReady = () => compilerReady() && stamped("std", STD_KEY);

export async function buildStd(log, rust) {
  const work = path.join(TOOLCHAIN, "std");
  remove(work);
  fs.mkdirSync(path.join(work, "src"), { recursive: true });
  fs.writeFileSync(
    path.join(work, "Cargo.toml"),
    '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n',
  );
  fs.writeFileSync(path.join(work, "src/lib.rs"), "#![no_std]\n");
  const args = [
    "build",
    "--release",
    "--target",
    WASM,
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=",
    "--target-dir",
    path.join(work, "target"),
  ];
  // Bitcode, or a project with `lto` fails to link. No features: backtraces do not exist on wasm32.
  const env = {
    ...wasmRustEnv(rust),
    RUSTC_BOOTSTRAP: "1",
    RUSTFLAGS: "-Cembed-bitcode=yes",
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "1",
  };
  await command(log, "cargo", args, { cwd: work, env: { ...process.env, ...env } });
  const from = path.join(work, "target", WASM, "release/deps");
  const to = output(RUSTC, ["--print", "target-libdir", "--target", WASM]);
  if (!to) throw new Stop(`${RUSTC} does not say where it looks for std. See ${log}`);
  const fresh = `${to}.new`;
  remove(fresh);
  fs.mkdirSync(fresh, { recursive: true });
  for (const file of fs.readdirSync(from)) {
    if (/\.(rlib|rmeta)$/.test(file) && !file.startsWith("libempty-"))
      fs.copyFileSync(path.join(from, file), path.join(fresh, file));
  }
  remove(to);
  fs.renameSync(fresh, to);
  remove(work);
  if (!hasStd(RUSTC))
    throw new Stop(`std for ${WASM} was built, but ${RUSTC} does not find it in ${to}. See ${log}`);
  stamp("std", STD_KEY);
}

/** The variables by which cargo uses Debian's compiler, and rustup's linker with it. */
export function wasmRustEnv({ host, sysroot }) {
  const linker = [
    path.join(sysroot, "lib/rustlib", host, "bin/rust-lld"),
    which("rust-lld"),
    which("wasm-ld"),
  ].find((file) => file && fs.existsSync(file));
  if (!linker)
    throw new Stop(
      `no linker for ${WASM}: neither rustup's rust-lld nor wasm-ld is there. Install one:\n  ${aptOr("lld", "your system's lld")}`,
    );
  return { RUSTC: RUSTC, CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker };
}
