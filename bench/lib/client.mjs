// The load client, driven by lines of text and answering in JSON; see bench/client.
import { spawn } from "node:child_process";
import fs from "node:fs";
import { createInterface } from "node:readline";
import { Stop, tail } from "../../scripts/lib.mjs";
import { cargoBuild } from "./cargo.mjs";
import { bench, work } from "./paths.mjs";
import { CLIENT_CORE, pinned } from "./process.mjs";

const BINARY = work("client/release/load-client");

export const buildClient = () => cargoBuild("client", bench("client"));

/** @typedef {import("node:stream").Readable} Readable @typedef {import("node:stream").Writable} Writable */

/** Starts the client with these arguments: `ask` sends a line and resolves to the answer. */
export function startLoad(args) {
  const log = work("logs/load-client.log");
  const errors = fs.openSync(log, "w");
  const [file, pinnedArgs] = pinned(CLIENT_CORE, BINARY, args);
  const child = /** @type {import("node:child_process").ChildProcessByStdio<Writable, Readable, null>} */ (
    spawn(file, pinnedArgs, { stdio: ["pipe", "pipe", errors] })
  );
  fs.closeSync(errors);
  const exited = new Promise((resolve) => child.once("close", resolve));
  child.stdin.on("error", () => {}); // it has ended, and `ask` says why
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Stop(`the load client gave up: ${tail(log, 5)}`);
      return JSON.parse(value);
    },
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Starts a client of `port`; its streams tick each `interval` milliseconds. */
export function startClient({ port, interval, idStep }) {
  const { ask, stop } = startLoad([
    String(port),
    `/events?interval=${interval}`,
    String(interval),
    String(idStep),
  ]);
  return {
    firstByte: () => ask("first-byte"),
    async open(count, atOnce) {
      const opened = await ask(`open ${count} ${atOnce} 60000`);
      if (opened.waiting) throw new Stop(`${opened.waiting} of ${count} streams got no event in 60 s`);
      return opened;
    },
    /** As `open`; `waiting` says how many got no event in so long. */
    tryOpen: (count, atOnce, ms) => ask(`open ${count} ${atOnce} ${ms}`),
    watch: (ms) => ask(`watch ${ms}`),
    late: (ms) => ask(`late ${ms}`),
    leave: () => ask("leave"),
    stop,
  };
}
