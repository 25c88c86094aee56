// Formatting and lints, of Rust for both targets and of JavaScript, warnings denied: npm run lint.
import { inherit } from "./lib/command.mjs";
import { buildEnv } from "./lib/env.mjs";
import { run, Stop } from "./lib/main.mjs";
import { readArguments } from "./lib/options.mjs";
import { at } from "./lib/paths.mjs";
import { setup } from "./setup.mjs";

const USAGE = {
  command: "npm run lint",
  about: "Checks format and lints of Rust, for this machine and for wasm32, and of JavaScript, CSS and JSON.",
  options: {},
};

await run(async () => {
  if (!readArguments(USAGE)) return;
  const found = await setup();
  const deny = ["--", "-D", "warnings"];
  // Clippy must be of the compiler's own version. rustup's cargo-clippy is of rustup's compiler;
  // Debian's compiler has its clippy-driver, which cargo calls around each of our crates.
  const debian = {
    RUSTC_WORKSPACE_WRAPPER: found.clippyDriver,
    CLIPPY_ARGS: "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__",
  };
  const wasm = ["--locked", "--lib", "--all-features", "--target", "wasm32-unknown-unknown"];
  const checks = [
    ["format", "cargo", ["fmt", "--check"], process.env],
    ["clippy for this machine", "cargo", ["clippy", "--locked", "--all-targets", ...deny], process.env],
    found.clippyDriver
      ? ["clippy for wasm32", "cargo", ["check", ...wasm], { ...buildEnv(found), ...debian }]
      : ["clippy for wasm32", "cargo", ["clippy", ...wasm, ...deny], buildEnv(found)],
    [
      "JavaScript, CSS and JSON",
      at("node_modules/.bin/biome"),
      ["check", "--error-on-warnings"],
      process.env,
    ],
  ];
  const failed = [];
  for (const [name, file, args, env] of checks) {
    console.log(`\n== ${name}`);
    if ((await inherit(file, args, { env })) !== 0) failed.push(name);
  }
  if (failed.length > 0) throw new Stop(`lints failed: ${failed.join(", ")}`);
});
