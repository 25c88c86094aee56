// Crates of the benchmark that run natively.
import path from "node:path";
import { command } from "../../scripts/lib.mjs";
import { work } from "./paths.mjs";

/** Builds the crate in `dir`; its program is in `work(name, "release")`. */
export const cargoBuild = (name, dir) =>
  command(
    work(`logs/${name}.log`),
    "cargo",
    ["build", "--release", "--locked", "--manifest-path", path.join(dir, "Cargo.toml")],
    { env: { ...process.env, CARGO_TARGET_DIR: work(name) } },
  );
