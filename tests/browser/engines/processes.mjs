// Stopping one tab, as a system does with the processes that it puts to sleep. Neither engine can be told to freeze a
// page, so its process is stopped.
import { readdirSync, readFileSync } from "node:fs";

/** Of all processes: their parents, and the time that they have computed, in ticks of the kernel's clock (proc(5)). */
function processes() {
  const all = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      // The name in parentheses may have spaces in it; what follows has none.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      all.set(Number(pid), { parent: Number(fields[1]), time: Number(fields[11]) + Number(fields[12]) });
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

/** Runs in the page. */
function compute() {
  const end = performance.now() + 500;
  let sum = 0;
  while (performance.now() < end) sum += Math.random();
  return sum;
}

/** The process that runs a tab's page: of those below the engine's, the one that computes when the page does. */
export async function processOf(engine, tab) {
  const before = processes();
  await tab.evaluate(compute);
  const after = processes();
  const worked = [...after]
    .filter(([pid]) => isBelow(after, pid, engine.pid))
    .map(([pid, { time }]) => ({ pid, time: time - (before.get(pid)?.time ?? 0) }))
    .sort((a, b) => b.time - a.time);
  if (worked.length === 0) throw new Error("the engine has no processes");
  return worked[0].pid;
}
