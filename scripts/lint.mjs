// Formatting and lints for both targets, warnings denied: npm run lint.
import { Stop, buildEnv, inherit, run } from "./lib.mjs";
import { setup } from "./setup.mjs";

await run(async () => {
  const found = await setup();
  const deny = ["--", "-D", "warnings"];
  // Clippy must be of the compiler's own version. rustup's cargo-clippy is of rustup's compiler;
  // Debian's compiler has its clippy-driver, which cargo calls around each of our crates.
  const debian = { RUSTC_WORKSPACE_WRAPPER: found.clippyDriver, CLIPPY_ARGS: "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__" };
  const wasm = ["--locked", "--lib", "--target", "wasm32-unknown-unknown"];
  const checks = [
    ["format", ["fmt", "--check"], process.env],
    ["clippy for this machine", ["clippy", "--locked", "--all-targets", ...deny], process.env],
    found.clippyDriver
      ? ["clippy for wasm32", ["check", ...wasm], { ...buildEnv(found), ...debian }]
      : ["clippy for wasm32", ["clippy", ...wasm, ...deny], buildEnv(found)],
  ];
  const failed = [];
  for (const [name, args, env] of checks) {
    console.log(`\n== ${name}`);
    if ((await inherit("cargo", args, { env })) !== 0) failed.push(name);
  }
  if (failed.length > 0) throw new Stop(`lints failed: ${failed.join(", ")}`);
});
