// One process of this project at a time: a lock is a file that names the processes that hold it.
//
// 1. The file is complete from the moment it exists: it is written under another name and then
//    linked to its own, which fails where there is one already.
// 2. It names the commands that its holder started, too. If the holder is killed, the next one
//    waits for them to end, because they may still write what the lock protects.
// 3. Nobody removes a dead lock. Between looking and removing another process could have taken it
//    over, and its fresh lock would be the one that is removed. Instead a process first takes a
//    second lock, which is named after the dead one's very content: its holder alone may put its own
//    file in the dead one's place, by a rename, once it has seen that the dead one is still there.
// 4. A process that is killed while it takes over leaves a dead second lock, which is taken over
//    in the same way.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { children, onChildrenChanged } from "./command.mjs";
import { hash, readText, writeWhole } from "./files.mjs";
import { Stop } from "./main.mjs";
import { ROOT, TOOLCHAIN } from "./paths.mjs";

const LOOK_AGAIN_MS = 100;

/** Runs `work` while no other process holds the lock of this name; one whose holders are dead is taken over. */
export async function locked(name, work, directory = TOOLCHAIN) {
  fs.mkdirSync(directory, { recursive: true });
  const file = path.join(directory, `${name}.lock`);
  await take(file, file);
  held.add(file);
  try {
    return await work();
  } finally {
    held.delete(file);
    fs.rmSync(file, { force: true });
  }
}

/** Takes `file`, which is the lock `base` itself or a second lock for taking it over. */
async function take(file, base) {
  for (let told = false; ; ) {
    if (create(file)) return;
    const found = readText(file);
    if (found === null) continue; // it was given back meanwhile
    const owner = found.split("\n").find(lives);
    if (owner) {
      // A second lock is held for a moment only: not worth a word.
      if (!told && file === base)
        console.log(`Waiting for process ${pidOf(owner)}, which holds ${path.relative(ROOT, file)} ...`);
      told = true;
      await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));
      continue;
    }
    const second = `${base}.after-${hash(found)}`;
    await take(second, base);
    try {
      if (readText(file) !== found) continue; // another process was here first
      writeWhole(file, holders());
      return;
    } finally {
      fs.rmSync(second, { force: true });
    }
  }
}

/** Makes the file, complete, unless there is one. */
function create(file) {
  const draft = `${file}.new-${process.pid}`;
  try {
    fs.writeFileSync(draft, holders());
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "EEXIST") return false;
    throw new Stop(`${file} cannot be written: ${message}`);
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

const held = new Set();
onChildrenChanged(() => {
  for (const file of held) writeWhole(file, holders());
});

/** This process and its commands, a line each. */
const holders = () =>
  [process.pid, ...[...children].map(({ pid }) => pid)].filter(Boolean).map(identity).join("\n");

// A pid alone may long be another process's: with its start it is one process, until the next boot.
const BOOT = readText("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
const identity = (pid) => `${pid} ${startOf(pid)} ${BOOT}`;
const pidOf = (line) => line.split(" ")[0];
const lives = (line) => /^\d+ /.test(line) && startOf(pidOf(line)) !== null && identity(pidOf(line)) === line;

/** When a process was started, as the system says it; null where it does not run. */
function startOf(pid) {
  if (process.platform === "linux") {
    const stat = readText(`/proc/${pid}/stat`);
    // The name, in brackets, may have spaces in it. Of the fields behind it the first is the state
    // (Z: it has ended), the twentieth the start: proc(5).
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields && fields[0] !== "Z" ? fields[19] : null;
  }
  try {
    return (
      execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      })
        .trim()
        .replaceAll(" ", "_") || null
    );
  } catch {
    return null;
  }
}
