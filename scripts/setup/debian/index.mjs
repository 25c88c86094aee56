// Debian's Rust compiler with a std for wasm32 of its own, for machines where rustup cannot download.
import { CLIPPY_DRIVER, compilerReady, DEBIAN_BIN, RUSTC, unpackCompiler } from "./compiler.mjs";
import { buildStd, STD_KEY, stdReady, wasmRustEnv } from "./std.mjs";

export const debian = {
  hasCompiler: compilerReady,
  ready: stdReady,
  async install(log, say, rust, rustupSaid) {
    if (!compilerReady()) {
      say("rustup cannot install it: unpacking Debian's compiler instead");
      await unpackCompiler(log, rustupSaid);
    }
    say("building it with Debian's compiler");
    await buildStd(log, rust);
  },
  /** What env.json says of it. */
  environment: (rust) => ({
    world: "debian",
    compiler: RUSTC,
    version: STD_KEY,
    path: [DEBIAN_BIN],
    env: wasmRustEnv(rust),
    clippyDriver: CLIPPY_DRIVER,
  }),
};
