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

export const root = fileURLToPath(new URL("../..", import.meta.url));

const moduleTypes = { ".js": "ESModule", ".mjs": "ESModule", ".wasm": "CompiledWasm" };

/** What the entry imports beside the built Worker. */
const handlers = ["js/handlers.js", "front/channels.js", "object/channel.js"];

/** The Worker's modules: the entry first, then the handlers and what the build made. */
function builtModules(main, folder) {
  const build = path.join(root, folder);
  if (!existsSync(path.join(build, "index.js"))) {
    throw new Error(
      `there is no built Worker in ${build}: run "npm run build" first, with "-- --sites" for Workers Sites`,
    );
  }
  const others = readdirSync(build)
    .map((name) => path.join(build, name))
    .filter((file) => file !== main && path.extname(file) in moduleTypes);
  const own = ["entry.js", ...handlers].map((file) => path.join(root, "src/platform", file));
  return [...new Set([main, ...own, ...others])].map((file) => ({
    type: moduleTypes[path.extname(file)],
    path: file,
  }));
}

function workerOptions(config, vars, adapt, entry, folder) {
  const { workerOptions: options, main: configured } = readWranglerConfig(path.join(root, config));
  const main = entry ?? configured;
  const build = folder ?? (main.includes("sites") ? "build-sites" : "build");
  const bindings = { ...options.bindings };
  for (const [name, value] of Object.entries(vars)) {
    if (value === null)
      delete bindings[name]; // null: the variable is not set at all
    else bindings[name] = String(value);
  }
  const { modulesRules, ...rest } = options; // the modules are listed, not searched for
  return adapt({
    ...rest,
    name: "edge-events",
    bindings,
    modulesRoot: root,
    modules: builtModules(main, build),
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
let lastStart = Promise.resolve();

async function startMiniflare(options) {
  const children = [];
  const onProcess = ({ process: child }) => children.push(child);
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
 * `vars` override those of the configuration (null removes one), `port` 0 means any free one,
 * `workers` are further Workers beside it (miniflare's v4 options), `adapt` changes those of ours,
 * `entry` is a file to stand in for the configured one, and `build` the folder of the built Worker
 * that it imports ("build", "build-sites" or "build-panics"),
 * `persist` is the folder of the channels' databases: a runtime that is started with it again finds
 * them as they were. Without it they are gone with the runtime.
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
    keyValue: (binding) => miniflare.getKVNamespace(binding, "edge-events"),
    /** Ends a channel's object as the platform does with one that is idle; its sockets live on, or are cut ("close"). */
    evict: (name, { webSockets = "hibernate" } = {}) =>
      miniflare.unsafeEvictDurableObject("edge-events", "Channel", { name, webSockets }),
    /** A channel's database: `exec(sql, ...values)` resolves to the rows. */
    storage: (name) => miniflare.unsafeGetDurableObjectStorage("edge-events", "Channel", { name }),
    /** A request to one of `workers`, by name. */
    fetchFrom: async (name, ...request) => (await miniflare.getWorker(name)).fetch(...request),
    /** Lets V8 collect its garbage, so that what remains is in use. */
    collectGarbage: async () =>
      inspect((await miniflare.getInspectorURL()).host, url, "HeapProfiler.collectGarbage"),
    /** Bytes that V8 has in use for our isolate, buffers too, when its garbage is collected. */
    async heap() {
      const { host } = await miniflare.getInspectorURL();
      const usage = await inspect(host, url, "HeapProfiler.collectGarbage", "Runtime.getHeapUsage");
      return usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize;
    },
    stop: () => miniflare.dispose(),
    /** The process dies without a word, as in a crash; `startRuntime({port})` brings it back. */
    async kill() {
      process.kill(pid, "SIGKILL");
      await miniflare.dispose();
    },
  };
}

function residentMemory(pid) {
  if (process.platform === "linux") {
    return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
  }
  return 1024 * Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
}

/**
 * Asks our isolate's inspector, one question after another, and gives back the last answer:
 * https://chromedevtools.github.io/devtools-protocol/v8/
 */
async function inspect(host, url, ...methods) {
  const inspector = new WebSocket(`ws://${host}/core:user:edge-events`);
  try {
    const answers = [];
    await new Promise((resolve, reject) => {
      inspector.onopen = resolve;
      inspector.onerror = () => reject(new Error(`no inspector at ${host}`));
    });
    inspector.onmessage = ({ data }) => {
      const { id, result } = JSON.parse(data);
      if (id) answers[id - 1] = result;
    };
    methods.forEach((method, k) => inspector.send(JSON.stringify({ id: k + 1, method })));
    // An isolate without work does not look at its inspector: give it some.
    while (!answers[methods.length - 1]) await (await fetch(`${url}health`)).text();
    return answers.at(-1);
  } finally {
    inspector.close();
  }
}
