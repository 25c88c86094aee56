// Running other programs.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { tail } from "./files.mjs";
import { Stop } from "./main.mjs";
import { ROOT } from "./paths.mjs";

/** The output of a short command, or null where it is missing or fails. */
export function output(command, args, options = {}) {
  try {
    return execFileSync(command, args, {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 1 << 26,
      ...options,
    }).trim();
  } catch {
    return null;
  }
}

/** Where the program of this name is, or null. */
export function which(name, searchPath = process.env.PATH) {
  for (const dir of (searchPath ?? "").split(path.delimiter)) {
    const file = path.join(dir, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      if (fs.statSync(file).isFile()) return file;
    } catch {
      // Not here: look further.
    }
  }
  return null;
}

/** What `command` and `inherit` started and has not ended yet. */
export const children = new Set();
let childrenChanged = () => {};

/** Has `listener` called, before anything else can happen, whenever a child was started or has ended. */
export function onChildrenChanged(listener) {
  childrenChanged = listener;
}

/** Starts a program that `killChildren` ends, too. */
export function launch(file, args, options) {
  const child = spawn(file, args, { cwd: ROOT, ...options });
  const gone = () => children.delete(child) && childrenChanged();
  child.once("error", gone);
  child.once("exit", gone);
  children.add(child);
  childrenChanged();
  return child;
}

/** Ends what `command` and `inherit` started; with a second, harder signal if need be. */
export function killChildren(signal = "SIGTERM") {
  for (const child of children) child.kill(signal);
}

/**
 * Runs a command whose output goes to a log file; fails with the log's end.
 *
 * @param {string} log @param {string} file @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<void>}
 */
export function command(log, file, args, options = {}) {
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const out = fs.openSync(log, "a");
  fs.writeSync(out, `$ ${file} ${args.join(" ")}\n`);
  return new Promise((resolve, reject) => {
    const child = launch(file, args, { ...options, stdio: ["ignore", out, out] });
    const end = (problem) => {
      fs.closeSync(out);
      if (!problem) return resolve();
      reject(new Stop(`${problem}: ${file} ${args.join(" ")}\n${tail(log, 30)}\n(all of it: ${log})`));
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(code === 0 ? null : `exit ${code ?? signal}`));
  });
}

/** Runs a command in the foreground, its output shown; resolves to its exit code. */
export function inherit(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = launch(file, args, { stdio: ["ignore", "inherit", "inherit"], ...options });
    child.once("error", (error) => reject(new Stop(`${file} cannot be run: ${error.message}`)));
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}
