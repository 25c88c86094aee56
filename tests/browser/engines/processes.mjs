// Stopping one tab, as a system does with the processes that it puts to sleep. Neither engine can be
// told to freeze a page, so its process is stopped.
import { readdirSync, readFileSync } from "node:fs";
import { waitFor } from "../../support/wait.mjs";

const MIB = 1024; // in kB, as the kernel counts memory
const BALLAST_MIB = 256; // more than a page takes that another tab is just loading

/** Of all processes: their parents, and their resident memory in kB (proc_pid_status(5)). */
function processes() {
  const all = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      const number = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
      all.set(Number(pid), { parent: number("PPid"), memory: number("VmRSS") });
    } catch {
      // It has ended meanwhile.
    }
  }
  return all;
}

function isBelow(all, pid, ancestor) {
  for (let at = all.get(pid)?.parent; at; at = all.get(at)?.parent) if (at === ancestor) return true;
  return false;
}

/** The process that runs a tab's page: of those below the engine's, the one that grows when the page takes memory. */
export async function processOf(engine, tab) {
  const before = processes();
  await tab.evaluate(
    (size) => {
      globalThis.ballast = new Uint8Array(size).fill(1);
    },
    BALLAST_MIB * 2 ** 20,
  );
  const grown = () => {
    const after = processes();
    const by = (pid) => after.get(pid).memory - (before.get(pid)?.memory ?? 0);
    return [...after.keys()].find(
      (pid) => isBelow(after, pid, engine.pid) && by(pid) > (BALLAST_MIB * MIB * 3) / 4,
    );
  };
  const pid = await waitFor(grown, { what: "the tab's process to grow" });
  await tab.evaluate(() => {
    globalThis.ballast = undefined;
  });
  return pid;
}
