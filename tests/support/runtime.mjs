// Runs the built Worker on workerd, as wrangler.toml says, with nothing in front of it: neither
// wrangler's proxy nor miniflare's entry Worker, whose own streams and memory would be measured
// along with ours, and which would hear of a leaving client first.

import { execFileSync } from "node:child_process";
import diagnostics from "node:diagnostics_channel";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions as readWranglerConfig } from "wrangler";
import { Inspector } from "./inspector.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const moduleTypes = { ".js": "ESModule", ".mjs": "ESModule", ".wasm": "CompiledWasm" };

const moduleOf = (file) => ({ type: moduleTypes[path.extname(file)], path: path.join(root, file) });

/** The modules that a build has made, worker-build's own entry first. */
export function builtModules(build) {
  const flag = build.replace(/^build/, "").replace("-", "-- --");
  if (!existsSync(path.join(root, build, "index.js"))) {
    throw new Error(`there is no built Worker in ${build}/: run "npm run build ${flag}" first`);
  }
  const others = readdirSync(path.join(root, build)).filter((name) => name !== "index.js");
  return ["index.js", ...others.filter((name) => path.extname(name) in moduleTypes)].map((name) =>
    moduleOf(`${build}/${name}`),
  );
}

/** What the entries import beside what is built. */
const OWN = [
  "entry.js",
  "js/handlers.js",
  "front/bridge.js",
  "front/channels.js",
  "front/token.js",
  "object/channel.js",
];

/** The entry, and all that it imports. */
function modulesOf(main, build) {
  const own = OWN.map((file) => `src/platform/${file}`).filter((file) => existsSync(path.join(root, file)));
  return [...[...new Set([path.relative(root, main), ...own])].map(moduleOf), ...builtModules(build)];
}

/**
 * For `adapt`: puts files of tests/worker/fixtures/ before the Worker's modules. The first of them is
 * the entry instead of ours, which it may import.
 */
export const behind =
  (...fixtures) =>
  (options) => ({
    ...options,
    modules: [...fixtures.map((name) => moduleOf(`tests/worker/fixtures/${name}`)), ...options.modules],
  });

function workerOptions(config, vars, adapt, entry, folder) {
  const { workerOptions: options, main: configured } = readWranglerConfig(path.join(root, config));
  const bindings = vars === "as configured" ? options.bindings : vars;
  const main = entry ?? configured;
  const build = folder ?? (main.includes("sites") ? "build-sites" : "build");
  const { modulesRules, ...rest } = options; // the modules are listed, not searched for
  return adapt({
    ...rest,
    name: "edge-events",
    bindings,
    modulesRoot: root,
    modules: modulesOf(main, build),
  });
}

/** A Worker that does nothing but own the socket that leads straight to ours. */
const door = (port) => ({
  name: "door",
  modules: true,
  script: "export default {}",
  compatibilityDate: "2026-11-17",
  unsafeDirectSockets: [{ host: "127.0.0.1", port, serviceName: "edge-events" }],
});

// Starts go one after another, so that each knows which process is its own.
/** @type {Promise<unknown>} */
let lastStart = Promise.resolve();

async function startMiniflare(options) {
  const children = [];
  /** @type {import("node:diagnostics_channel").ChannelListener} */
  const onProcess = (message) => children.push(/** @type {any} */ (message).process);
  const mine = lastStart.then(async () => {
    diagnostics.subscribe("child_process", onProcess);
    try {
      const miniflare = new Miniflare(convertV4MiniflareOptions(options));
      try {
        await miniflare.ready;
        const url = await miniflare.unsafeGetDirectURL("door");
        const { pid } = children.find((child) => /workerd/.test(child.spawnfile));
        return { miniflare, url, pid };
      } catch (error) {
        await miniflare.dispose().catch(() => {});
        throw error;
      }
    } finally {
      diagnostics.unsubscribe("child_process", onProcess);
    }
  });
  lastStart = mine.catch(() => {});
  return mine;
}

/**
 * Starts the Worker on 127.0.0.1.
 *
 * `vars` are all variables that are set, of any type: the others have their defaults, whatever the
 * user has written into the configuration ("as configured" takes that). `port` 0 means any free one,
 * `workers` are further Workers beside it (miniflare's v4 options), `adapt` changes those of ours,
 * `entry` is a file to stand in for the configured one, and `build` the folder of the built Worker
 * that it imports ("build", "build-sites" or "build-panics"). `persist` is the folder of the channels'
 * databases: a runtime that is started with it again finds them as they were. Without it they are gone
 * with the runtime.
 *
 * @param {{ vars?: any, port?: number, config?: string, workers?: any[], adapt?: (options: any) => any,
 *   persist?: string, entry?: string, build?: string }} [options]
 */
export async function startRuntime({
  vars = {},
  port = 0,
  config = "wrangler.toml",
  workers = [],
  adapt = (options) => options,
  persist,
  entry,
  build,
} = {}) {
  const logs = [];
  const { miniflare, url, pid } = await startMiniflare({
    host: "127.0.0.1",
    inspectorPort: 0,
    cf: false, // the default asks the internet
    log: new Log(LogLevel.NONE),
    handleStructuredLogs: (entry) => logs.push(entry),
    unsafeHandleRuntimeRestart: () =>
      logs.push({ level: "error", message: "workerd crashed and was restarted" }),
    resourcePersistencePath: persist,
    unsafeInspectDurableObjects: true, // for `storage`
    workers: [workerOptions(config, vars, adapt, entry, build), door(port), ...workers],
  });

  const inspector = new Inspector(
    async () => (await miniflare.getInspectorURL()).host,
    async () => (await fetch(`${url}health`)).text(),
  );

  return {
    url: url.origin,
    port: Number(url.port),
    /** workerd's process id. */
    pid,
    /** What the Worker and the runtime wrote so far: `{level, message, timestamp}`. */
    logs: () => [...logs],
    /** Resident memory of workerd, in bytes. */
    memory: () => residentMemory(pid),
    /** A KV namespace of ours, by its binding. */
    keyValue: (binding) => /** @type {Promise<any>} */ (miniflare.getKVNamespace(binding, "edge-events")),
    /** Ends a channel's object as the platform does with one that is idle; its sockets live on, or are cut ("close"). */
    evict: (name, { webSockets = "hibernate" } = {}) =>
      /** @type {any} */ (miniflare).unsafeEvictDurableObject("edge-events", "Channel", { name, webSockets }),
    /** A channel's database: `exec(sql, ...values)` resolves to the rows. */
    storage: (name) =>
      /** @type {any} */ (miniflare).unsafeGetDurableObjectStorage("edge-events", "Channel", { name }),
    /** A request to one of `workers`, by name. */
    fetchFrom: async (name, ...request) =>
      /** @type {any} */ (await miniflare.getWorker(name)).fetch(...request),
    /** Lets V8 collect its garbage, so that what remains is in use. */
    collectGarbage: () => inspector.collectGarbage(),
    /** The same after a collection of garbage: what is really in use. */
    async heap() {
      await inspector.collectGarbage();
      return inspector.heapUsage();
    },
    /** What the isolate's objects and buffers use, in bytes. */
    heapUsage: () => inspector.heapUsage(),
    async stop() {
      await inspector.close();
      await miniflare.dispose();
    },
    /** The process dies without a word, as in a crash; `startRuntime({port})` brings it back. */
    async kill() {
      process.kill(pid, "SIGKILL");
      await inspector.close();
      await miniflare.dispose();
    },
  };
}

function residentMemory(pid) {
  if (process.platform === "linux") {
    return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  }
  return 1024 * Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
}
