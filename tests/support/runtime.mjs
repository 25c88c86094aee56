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

/** The Worker's modules: the entry first, then the handlers and what the build made. */
function builtModules(main) {
  const build = path.join(root, main.includes("sites") ? "build-sites" : "build");
  if (!existsSync(path.join(build, "index.js"))) {
    throw new Error(
      `there is no built Worker in ${build}: run "npm run build" first, with "-- --sites" for Workers Sites`,
    );
  }
  const others = readdirSync(build)
    .map((name) => path.join(build, name))
    .filter((file) => file !== main && path.extname(file) in moduleTypes);
  return [main, path.join(root, "src/platform/js/handlers.js"), ...others].map((file) => ({
    type: moduleTypes[path.extname(file)],
    path: file,
  }));
}

function workerOptions(config, vars, adapt) {
  const { workerOptions: options, main } = readWranglerConfig(path.join(root, config));
  const bindings = vars === "as configured" ? options.bindings : vars;
  const { modulesRules, ...rest } = options; // the modules are listed, not searched for
  return adapt({ ...rest, name: "edge-events", bindings, modulesRoot: root, modules: builtModules(main) });
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
 * `workers` are further Workers beside it (miniflare's v4 options), `adapt` changes those of ours.
 */
export async function startRuntime({
  vars = {},
  port = 0,
  config = "wrangler.toml",
  workers = [],
  adapt = (options) => options,
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
    workers: [workerOptions(config, vars, adapt), door(port), ...workers],
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
    keyValue: (binding) => /** @type {Promise<any>} */ (miniflare.getKVNamespace(binding, "edge-events")),
    /** A request to one of `workers`, by name. */
    fetchFrom: async (name, ...request) =>
      /** @type {any} */ (await miniflare.getWorker(name)).fetch(...request),
    /** Lets V8 collect its garbage, so that what remains is in use. */
    collectGarbage: async () => collectGarbage((await miniflare.getInspectorURL()).host, url),
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
    return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  }
  return 1024 * Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
}

/** By the inspector's protocol: https://chromedevtools.github.io/devtools-protocol/v8/HeapProfiler/ */
async function collectGarbage(host, url) {
  const inspector = new WebSocket(`ws://${host}/core:user:edge-events`);
  try {
    let done = false;
    await new Promise((resolve, reject) => {
      inspector.onopen = resolve;
      inspector.onerror = () => reject(new Error(`no inspector at ${host}`));
    });
    inspector.onmessage = ({ data }) => (done ||= JSON.parse(data).id === 1);
    inspector.send(JSON.stringify({ id: 1, method: "HeapProfiler.collectGarbage" }));
    // An isolate without work does not look at its inspector: give it some.
    while (!done) await (await fetch(`${url}health`)).text();
  } finally {
    inspector.close();
  }
}
