// Files: reading, writing whole, hashing.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { at } from "./paths.mjs";

/** A file's text, or null where it cannot be read. */
export function readText(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** Writes a file so that an interruption leaves the old one or the new one, never half. */
export function writeWhole(file, text) {
  if (readText(file) === text) return;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.${process.pid}`, text);
  fs.renameSync(`${file}.${process.pid}`, file);
}

export function tail(file, lines) {
  return (readText(file) ?? "").trimEnd().split("\n").slice(-lines).join("\n");
}

export const remove = (dir) => fs.rmSync(dir, { recursive: true, force: true });

export const hash = (text) => createHash("sha256").update(text).digest("hex").slice(0, 32);

/** A hash of files' names and contents; folders are walked. */
export function hashFiles(...names) {
  const sum = createHash("sha256");
  const add = (name) => {
    const stat = fs.statSync(at(name), { throwIfNoEntry: false });
    if (!stat) return sum.update(`${name}\0missing\0`);
    if (!stat.isDirectory()) return sum.update(`${name}\0${stat.size}\0`).update(fs.readFileSync(at(name)));
    for (const entry of fs.readdirSync(at(name)).sort()) add(`${name}/${entry}`);
  };
  names.forEach(add);
  return sum.digest("hex").slice(0, 32);
}
