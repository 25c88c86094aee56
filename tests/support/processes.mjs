// Processes of this machine, and ports that are free.
import { execFileSync } from "node:child_process";
import net from "node:net";

/** @returns {Promise<number>} */
export const freePort = () =>
  new Promise((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {net.AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });

/** The processes below this one, all the way down: `{pid, command}`. */
export function descendants(pid) {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).trim().split("\n");
  const all = rows
    .flatMap((row) => [...row.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/g)])
    .map(([, its, parent, command]) => ({ pid: +its, parent: +parent, command }));
  const found = [];
  for (const parents = [pid]; parents.length > 0; ) {
    const parent = parents.shift();
    for (const child of all.filter((one) => one.parent === parent)) {
      found.push(child);
      parents.push(child.pid);
    }
  }
  return found;
}

/** The runtimes below this process. `wrangler dev` has two: one for its proxy, and one for the Worker. */
export const runtimesBelow = (pid) =>
  descendants(pid).filter(({ command }) => /workerd/.test(command.split(" ")[0]));

export function isAlive(pid) {
  const state = execFileSync("sh", ["-c", `ps -o stat= -p ${pid} || true`], { encoding: "utf8" }).trim();
  return state !== "" && !state.startsWith("Z");
}
