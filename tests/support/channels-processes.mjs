// Clients that run as processes of their own and print a line for each thing that happens to them.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { AUTHORIZED } from "./channels-clients.mjs";

/** A client's process; each of its lines has a type, an id and data, separated by tabs. */
export class Process {
  lines = [];
  errors = "";

  constructor(kind, [command, ...args]) {
    this.kind = kind;
    this.process = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        ...process.env,
        NO_PROXY: "127.0.0.1",
        no_proxy: "127.0.0.1",
        AUTHORIZATION: AUTHORIZED.Authorization,
      },
    });
    this.process.stderr.on("data", (text) => (this.errors += text));
    this.process.on("close", (code, signal) => (this.exit = { code, signal }));
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      const [type, id, data] = line.split("\t");
      this.lines.push({ type, id, data });
    });
  }

  of(type) {
    return this.lines.filter((line) => line.type === type);
  }

  /** Throws if the client has ended, which none does unasked. */
  check() {
    if (this.exit) throw new Error(`${this.kind} ended (${JSON.stringify(this.exit)}): ${this.errors}`);
    return this;
  }
}

/** A directory that is gone after the test, for the storage of objects. */
export function storageFor(test) {
  const dir = mkdtempSync(path.join(os.tmpdir(), "edge-events-storage-"));
  test.after(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  return dir;
}
