// Run by variables.mjs on the Node that wrangler needs: starts the built Worker with the
// variables that it would have, and asks its /health what is wrong with them. The Worker's own code is
// the only one that knows.
//
// Its one argument is JSON: `{command, config, env, var, envFiles}`, where command is dev, deploy,
// or build for every environment of the file. It sends its parent a list of
// `{environment, problems, unread}`, or `{failed}` with the reason.
import fs from "node:fs";
import path from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import {
  unstable_readConfig as readConfig,
  experimental_readRawConfig as readRawConfig,
  unstable_getVarsForDev as varsForDev,
} from "wrangler";
import { ROOT } from "../lib/paths.mjs";

const PREFIX = "the variables cannot be used: ";
const LOG_CEILING_MS = 10_000;

/** Of each environment that is asked for: its configuration and its variables. */
function environments({ command, config, env, var: given = [], envFiles }) {
  const names =
    command === "build" ? [undefined, ...Object.keys(readRawConfig({ config }).rawConfig.env ?? {})] : [env];
  // As wrangler reads `--var NAME:VALUE`.
  const byHand = Object.fromEntries(
    given.map((pair) => pair.split(/:(.*)/s)).map(([name, value]) => [name, value ?? ""]),
  );
  return names.map((environment) => {
    const read = readConfig({ config, env: environment }, { hideWarnings: true });
    const dev = () =>
      Object.entries(varsForDev(read.configPath, envFiles, read.vars, environment, true, read.secrets));
    const vars =
      command === "dev" ? Object.fromEntries(dev().map(([name, { value }]) => [name, value])) : read.vars;
    return { environment, read, bindings: { ...vars, ...byHand } };
  });
}

/** The entry and the modules that it imports, as far as they are files: the entry first. */
function modulesFrom(entry) {
  const files = [entry];
  for (const file of files) {
    if (path.extname(file) === ".wasm") continue;
    const imports = fs.readFileSync(file, "utf8").matchAll(/\b(?:from|import)\s*["'](\.[^"']+)["']/g);
    for (const [, relative] of imports) {
      const imported = path.resolve(path.dirname(file), relative);
      if (!files.includes(imported)) files.push(imported);
    }
  }
  return files.map((file) => ({
    type: path.extname(file) === ".wasm" ? "CompiledWasm" : "ESModule",
    path: file,
  }));
}

/** Workers by their names, each with the bindings of one environment, on one runtime. */
async function start(bindings, { main, compatibility_date, compatibility_flags }) {
  const logged = [];
  /** @type {any[]} */
  const workers = Object.entries(bindings).map(([name, its]) => ({
    name,
    compatibilityDate: compatibility_date,
    compatibilityFlags: compatibility_flags,
    modulesRoot: ROOT,
    modules: modulesFrom(main),
    bindings: its,
  }));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false, // the default asks the internet
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: ({ message }) =>
        void (message.startsWith(PREFIX) && logged.push(message.slice(PREFIX.length))),
      workers,
    }),
  );
  await miniflare.ready;

  /** What is wrong with the variables of this Worker: from the log, which has the values too. */
  async function problems(name) {
    logged.length = 0;
    const worker = /** @type {any} */ (await miniflare.getWorker(name));
    const answer = await worker.fetch("http://localhost/health");
    const health = await answer.json();
    if (health.status === "ok") return [];
    const count = health.problems.length;
    for (const since = Date.now(); logged.length < count && Date.now() - since < LOG_CEILING_MS; ) {
      await new Promise((done) => setTimeout(done, 10));
    }
    return logged.length === count ? [...logged] : health.problems;
  }
  return { problems, stop: () => miniflare.dispose() };
}

async function ask(request) {
  const all = environments(request);
  const named = (index, what) => `${what}-${index}`;
  const bindings = {};
  for (const [index, { bindings: its, read }] of all.entries()) {
    bindings[named(index, "as-set")] = its;
    // No variable may be an object: a name that gets away with it is none that the Worker reads.
    bindings[named(index, "refused")] = Object.fromEntries(Object.keys(read.vars).map((name) => [name, {}]));
  }
  const runtime = await start(bindings, all[0].read);
  try {
    const answers = [];
    for (const [index, { environment, read }] of all.entries()) {
      const problems = await runtime.problems(named(index, "as-set"));
      const known = await runtime.problems(named(index, "refused"));
      const about = (name) => (problem) => problem.startsWith(`${name} `) || problem.startsWith(`${name}:`);
      const unread = Object.keys(read.vars).filter((name) => ![...known, ...problems].some(about(name)));
      answers.push({ environment: environment ?? null, problems, unread });
    }
    return answers;
  } finally {
    await runtime.stop();
  }
}

const answer = await ask(JSON.parse(process.argv[2])).catch((error) => ({ failed: error.message }));
process.send?.(answer, () => process.exit());
