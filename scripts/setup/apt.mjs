// Debian's packages for the tests: installed where that takes no password, which is as root.
import { command, output, which } from "../lib/command.mjs";
import { sudo } from "./prerequisites.mjs";

/** The command for who is not root, or reads the log. */
export const aptCommand = (packages) =>
  `${sudo()}apt-get install -y --no-install-recommends ${packages.join(" ")}`;

/** Why nothing can be installed on this machine, as the end of a sentence; or null where it can. */
export function mayApt({ apt = which("apt-get") !== null, root = process.getuid?.() === 0 } = {}) {
  if (!apt) return "there is no apt-get: this is no Debian";
  return root ? null : "only root may install it, and this user is not root";
}

/** The same for these packages, on a machine that has apt-get. */
export function notInApt(packages, has = (name) => Boolean(output("apt-cache", ["show", name]))) {
  const unknown = packages.filter((name) => !has(name));
  return unknown.length > 0 ? `apt-get knows no package ${unknown.join(", ")}` : null;
}

/** @type {Promise<void> | undefined} */
let updated;

const apt = (log, args) =>
  command(log, "apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  }).catch(() => {}); // what counts is whether the program is there afterwards, and the log has the rest

/** Has apt-get learn which packages there are, once for all steps of this run. */
export const aptUpdate = (log) => (updated ??= apt(log, ["update"]));

/** Tries to install them, as root. */
export async function aptInstall(log, packages) {
  await aptUpdate(log);
  await apt(log, ["install", "-y", "--no-install-recommends", ...packages]);
}
