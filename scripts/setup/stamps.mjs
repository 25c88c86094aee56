// What set-up knows of earlier runs: a stamp says for which version a step was finished.
import fs from "node:fs";
import path from "node:path";
import { readText, writeWhole } from "../lib/files.mjs";
import { TOOLCHAIN } from "../lib/paths.mjs";

const stampFile = (name) => path.join(TOOLCHAIN, "stamps", name);

/** What the step was finished for, or null. */
export const stampOf = (name) => readText(stampFile(name));
export const stamped = (name, key) => stampOf(name) === key;
export const stamp = (name, key) => writeWhole(stampFile(name), key);
export const unstamp = (name) => fs.rmSync(stampFile(name), { force: true });

export const logFile = (name) => path.join(TOOLCHAIN, "logs", `${name}.log`);
