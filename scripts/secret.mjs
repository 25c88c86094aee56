// The secret of channels on the own machine: .dev.vars, which git ignores and wrangler reads in `dev` alone.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { readText } from "./lib/files.mjs";
import { Stop } from "./lib/main.mjs";
import { at } from "./lib/paths.mjs";

export const SECRET_FILE = ".dev.vars";
const FILE = at(SECRET_FILE);
const MIN_CHARACTERS = 32;

const value = (text, name) => text.match(new RegExp(`^\\s*${name}\\s*=\\s*(["']?)(.*?)\\1\\s*$`, "m"))?.[2];

/** Writes the variables that are missing; keeps what is there. */
export function writeMissing(variables) {
  const before = readText(FILE) ?? "";
  const missing = Object.entries(variables).filter(([name]) => value(before, name) === undefined);
  if (missing.length === 0) return;
  const start = before === "" || before.endsWith("\n") ? before : `${before}\n`;
  fs.writeFileSync(FILE, start + missing.map(([name, value]) => `${name}="${value}"\n`).join(""), {
    mode: 0o600,
  });
  fs.chmodSync(FILE, 0o600); // an older file keeps its mode
}

export const newSecret = () => randomBytes(24).toString("hex");

/** What the file says of a variable. */
export const localValue = (name) => value(readText(FILE) ?? "", name);

/** The secret, and where it stands: `given`, or the one that `npm start` uses. */
export function localSecret(given) {
  const secret = given ?? localValue("CHANNELS_SECRET");
  const from =
    given === undefined ? `CHANNELS_SECRET in ${SECRET_FILE}` : "the environment's CHANNELS_SECRET";
  if (!secret) {
    throw new Stop(
      `there is no CHANNELS_SECRET in ${SECRET_FILE}: "npm start" writes one, or set the environment variable`,
    );
  }
  if (secret.length < MIN_CHARACTERS) {
    throw new Stop(`${from} has ${secret.length} characters: at least ${MIN_CHARACTERS} are needed`);
  }
  return { secret, from };
}
