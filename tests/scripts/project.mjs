// A copy of this project that a test may change: built and set up as this one is, in a folder of its own.
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../support/runtime.mjs";
import { waitFor } from "../support/wait.mjs";

const COPIED = [
  "scripts",
  "src",
  "worker",
  "public",
  "build",
  "build-sites",
  "package.json",
  "package-lock.json",
  "Cargo.toml",
  "Cargo.lock",
];
const CONFIGURATIONS = ["wrangler.toml", "wrangler.sites.toml"];

export function makeProject() {
  const directory = mkdtempSync(path.join(os.tmpdir(), "edge-events-project-"));
  const at = (...parts) => path.join(directory, ...parts);
  for (const name of [...COPIED, ...CONFIGURATIONS]) {
    if (existsSync(path.join(root, name))) cpSync(path.join(root, name), at(name), { recursive: true });
  }
  symlinkSync(path.join(root, "node_modules"), at("node_modules"));
  mkdirSync(at(".toolchain"));
  cpSync(path.join(root, ".toolchain/stamps"), at(".toolchain/stamps"), { recursive: true });
  for (const name of ["bin", "debian"]) {
    const its = path.join(root, ".toolchain", name);
    if (existsSync(its)) symlinkSync(its, at(".toolchain", name));
  }
  return {
    at,
    read: (name) => readFileSync(at(name), "utf8"),
    write: (name, text) => writeFileSync(at(name), text),
    remove: (name) => rmSync(at(name), { force: true }),
    /** Runs a script of the project, as npm does. */
    run: (script, ...args) => new Run(directory, script, args),
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A script that runs: what it has said so far, and how it ended. */
class Run {
  said = "";
  #child;

  constructor(directory, script, args) {
    this.#child = spawn(process.execPath, [`scripts/${script}.mjs`, ...args], {
      cwd: directory,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.on("data", (data) => (this.said += data));
    this.ended = new Promise((resolve) =>
      this.#child.once("close", (code, signal) => resolve(code ?? signal)),
    );
  }

  get pid() {
    return this.#child.pid;
  }

  /** Waits for a line on the screen; gives back all that was said. */
  async says(pattern, options) {
    await waitFor(() => pattern.test(this.said), { ceiling: 120_000, ...options, what: `${pattern}` }).catch(
      (error) => {
        throw new Error(`${error.message}\n${this.said}`);
      },
    );
    return this.said;
  }

  stop() {
    this.#child.kill("SIGTERM");
    return this.ended;
  }
}
