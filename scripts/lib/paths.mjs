// Where things are.
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const at = (...parts) => path.join(ROOT, ...parts);
export const TOOLCHAIN = at(".toolchain");
export const BIN = path.join(TOOLCHAIN, "bin");
export const ENV_FILE = path.join(TOOLCHAIN, "env.json");
/** The Node that npm installs, on which wrangler and the tests run. */
export const NODE = at("node_modules/.bin/node");
