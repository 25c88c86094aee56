// What the scripts share: paths, running commands, progress, stamps and the lock.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
export const at = (...parts) => path.join(ROOT, ...parts);
export const TOOLCHAIN = at(".toolchain");
export const ENV_FILE = at(".toolchain/env.json");

/** An error whose message is for the user: shown without a stack. */
export class Stop extends Error {}

/** Runs `main`, ends the process with its exit code, and shows a Stop as its message alone. */
export async function run(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (error instanceof Stop) console.error(`\nStopped: ${error.message}`);
    else console.error(error);
    process.exitCode = 1;
  }
}

export const isMain = (url) => process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(url);

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

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

const children = new Set();

/** Ends what `command` and `inherit` started; with a second, harder signal if need be. */
export function killChildren(signal = "SIGTERM") {
  for (const child of children) child.kill(signal);
}

/** Runs a command whose output goes to a log file; fails with the log's end. */
export function command(log, file, args, options = {}) {
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const out = fs.openSync(log, "a");
  fs.writeSync(out, `$ ${file} ${args.join(" ")}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: ROOT, ...options, stdio: ["ignore", out, out] });
    children.add(child);
    noteChildren();
    const end = (problem) => {
      children.delete(child);
      noteChildren();
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
    const child = spawn(file, args, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"], ...options });
    children.add(child);
    child.once("error", (error) => {
      children.delete(child);
      reject(new Stop(`${file} cannot be run: ${error.message}`));
    });
    child.once("exit", (code, signal) => {
      children.delete(child);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

export function tail(file, lines) {
  try {
    return fs.readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}

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

/** Writes a file so that an interruption leaves the old one or the new one, never half. */
export function writeWhole(file, text) {
  if (readText(file) === text) return;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.${process.pid}`, text);
  fs.renameSync(`${file}.${process.pid}`, file);
}

export function readText(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

// A process is its pid and its start: a pid alone may long be another's.
function life(pid) {
  if (process.platform !== "linux") {
    try {
      process.kill(pid, 0);
      return "alive";
    } catch {
      return null;
    }
  }
  const stat = readText(`/proc/${pid}/stat`)?.split(") ")[1].split(" ");
  return stat && stat[0] !== "Z" ? stat[19] : null;
}
const names = (pid) => `${pid} ${life(pid)}`;
const lives = (line) => life(line.split(" ")[0]) === line.split(" ")[1];

let held = null;

// The lock names the commands too: if this process is killed, the next one waits for them to end.
function noteChildren() {
  if (held)
    writeWhole(
      held,
      [process.pid, ...[...children].map((child) => child.pid)].filter(Boolean).map(names).join("\n"),
    );
}

/** Runs `work` while no other process of this project holds the same lock; a dead holder's lock is ignored. */
export async function locked(name, work) {
  const file = path.join(TOOLCHAIN, `${name}.lock`);
  fs.mkdirSync(TOOLCHAIN, { recursive: true });
  for (let told = false; ; ) {
    try {
      fs.writeFileSync(file, names(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw new Stop(`${file} cannot be written: ${error.message}`);
    }
    const before = readText(file);
    const owner = before?.split("\n").find((line) => line && lives(line));
    if (owner) {
      if (!told)
        console.log(
          `Waiting for process ${owner.split(" ")[0]}, which holds ${path.relative(ROOT, file)} ...`,
        );
      told = true;
      await new Promise((done) => setTimeout(done, 300));
    } else if (before !== null && readText(file) === before) {
      fs.rmSync(file, { force: true });
    }
  }
  const outer = held;
  held = file;
  try {
    return await work();
  } finally {
    held = outer;
    fs.rmSync(file, { force: true });
  }
}

/** The environment for compiling the Worker: the user's, and what set-up found. */
export function buildEnv(found) {
  const CARGO_ENCODED_RUSTFLAGS = rustFlags().join("\x1f");
  // The compiler says what is wrong; a backtrace of worker-build would only push it off the screen.
  return {
    ...process.env,
    ...found.env,
    RUST_BACKTRACE: "0",
    CARGO_ENCODED_RUSTFLAGS,
    PATH: [...found.path, process.env.PATH].join(path.delimiter),
  };
}

/** What keeps the upload small, and this machine's paths out of it. */
function rustFlags() {
  const cargoHome = process.env.CARGO_HOME ?? path.join(os.homedir(), ".cargo");
  const registry = path.join(cargoHome, "registry/src");
  const sources = fs.existsSync(registry)
    ? fs.readdirSync(registry).map((dir) => path.join(registry, dir))
    : [];
  return [
    // Function names would be a quarter of the upload. `strip = true` would also drop the section
    // that tells wasm-bindgen which features the compiler used.
    "-Clink-arg=--strip-all",
    "-Clink-arg=--keep-section=target_features",
    ...[...sources, ROOT].map((dir) => `--remap-path-prefix=${dir}/=`),
  ];
}

/** The environment for wrangler and the tests: npm's programs first, without telemetry or a look-up of where we are. */
export function runEnv() {
  const PATH = [at("node_modules/.bin"), process.env.PATH].join(path.delimiter);
  return { ...process.env, PATH, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
}
