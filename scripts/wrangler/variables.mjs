// Whether the built Worker can use the variables that a command would give it.
import { spawn } from "node:child_process";
import path from "node:path";
import { runEnv } from "../lib/env.mjs";
import { Stop } from "../lib/main.mjs";
import { at, ROOT } from "../lib/paths.mjs";

/** `options` are those of wrangler, as ../lib/options.mjs reads them; `command` is dev, deploy or build. */
export async function readVariables(found, command, options = {}) {
  const { config = "wrangler.toml", env, var: given, "env-file": envFiles, cwd = "." } = options;
  const folder = path.resolve(ROOT, cwd);
  const request = { command, config: path.resolve(folder, config), env, var: given, envFiles };
  const child = spawn(
    found.node,
    ["--no-warnings", at("scripts/wrangler/ask.mjs"), JSON.stringify(request)],
    {
      cwd: folder,
      env: runEnv(),
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    },
  );
  let said = "";
  child.stderr?.on("data", (data) => (said += data));
  const answer = await new Promise((resolve) => {
    child.once("message", resolve);
    child.once("exit", (code) => resolve({ failed: said.trim() || `exit ${code}` }));
  });
  const file = path.relative(ROOT, request.config);
  if (answer.failed) throw new Stop(`the variables of ${file} cannot be read: ${answer.failed}`);
  return answer.map((one) => ({ ...one, file }));
}

/** Names on the screen what the Worker does not read; stops with all that it cannot use. */
export async function checkVariables(found, command, options) {
  const answers = await readVariables(found, command, options);
  for (const { environment, file, unread } of answers) {
    for (const name of unread)
      console.warn(
        `Warning: the Worker reads no variable ${name}, which ${section(environment)} of ${file} sets.`,
      );
  }
  const wrong = answers.filter(({ problems }) => problems.length > 0);
  if (wrong.length === 0) return;
  throw new Stop(
    wrong
      .map(({ environment, file, problems }) => {
        const where = `${section(environment)} of ${file}${command === "build" ? "" : ", .dev.vars or --var"}`;
        return `the Worker cannot use its variables (${where}):\n${problems.map((line) => `  ${line}`).join("\n")}`;
      })
      .join("\n"),
  );
}

const section = (environment) =>
  environment === null || environment === undefined ? "[vars]" : `[env.${environment}.vars]`;
