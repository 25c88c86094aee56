// What set-up has found or installed for the tests.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./runtime.mjs";

/** A path from .toolchain/env.json: "python", "chromium". */
export function fromSetUp(key) {
  const file = path.join(root, ".toolchain/env.json");
  const value = existsSync(file) ? JSON.parse(readFileSync(file, "utf8"))[key] : undefined;
  if (!value)
    throw new Error(
      `set-up did not write "${key}" into .toolchain/env.json: run "node scripts/setup.mjs --test"`,
    );
  return value;
}
