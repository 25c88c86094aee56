// A server's process: start on its own core, read its CPU time and memory, stop.
import { spawn } from "node:child_process";
import fs from "node:fs";
import { availableParallelism } from "node:os";
import { readText, Stop, tail, which } from "../../scripts/lib.mjs";
import { find, textOf } from "./paths.mjs";

export const SERVER_CORE = 0;
export const CLIENT_CORE = 1;

/**
 * A way to run `file` on one core.
 *
 * @param {number} core @param {string} file @param {string[]} args
 * @returns {[file: string, args: string[]]}
 */
export const pinned = (core, file, args) => ["taskset", ["--cpu-list", String(core), file, ...args]];

export function checkMachine() {
  if (process.platform !== "linux")
    throw new Stop(
      `the benchmark reads /proc and pins to cores: it needs Linux, and this is ${process.platform}`,
    );
  if (!which("taskset"))
    throw new Stop(
      "taskset is missing, which pins the server to one core. On Debian or Ubuntu:\n  apt-get install util-linux",
    );
  if (availableParallelism() < 2)
    throw new Stop("one core is not enough: the server and the load client each need their own");
}

const running = new Set();

/** Ends what is still running, when the benchmark itself ends early. */
export function stopAll() {
  for (const child of running) child.kill("SIGKILL");
}

export function startPinned(core, file, args, { log, ...options }) {
  const out = fs.openSync(log, "a");
  const started = Date.now();
  const child = spawn(...pinned(core, file, args), { ...options, stdio: ["ignore", out, out] });
  fs.closeSync(out);
  running.add(child);
  const exited = new Promise((resolve) => child.once("close", resolve));
  let stopping = false;
  const ended = exited.then(() => {
    running.delete(child);
    if (!stopping) throw new Stop(`${file} ended by itself:\n${tail(log, 10)}`);
  });
  ended.catch(() => {}); // whoever waits for it hears of it
  return {
    pid: child.pid, // taskset becomes the program that it starts
    started,
    ended,
    async stop() {
      stopping = true;
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Seconds of CPU time that all threads of a process have used. */
export function cpuSeconds(pid) {
  let ns = 0;
  for (const thread of fs.readdirSync(`/proc/${pid}/task`)) {
    const spent = readText(`/proc/${pid}/task/${thread}/schedstat`);
    if (spent === null) continue; // it ended just now
    ns += Number(spent.split(" ")[0]);
  }
  // Kernels without schedstat count in ticks of 10 ms.
  return ns > 0 ? ns / 1e9 : ticksSeconds(pid);
}

function ticksSeconds(pid) {
  const fields = textOf(`/proc/${pid}/stat`).split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory in bytes. */
export function memoryBytes(pid) {
  return Number(find(`/proc/${pid}/status`, /VmRSS:\s+(\d+) kB/)) * 1024;
}
