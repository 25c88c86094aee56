// Raw workerd: no wrangler, no proxy, one config for every Worker.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { at, Stop } from "../../scripts/lib.mjs";
import { find, work } from "./paths.mjs";

const require = createRequire(at("package.json"));

export function workerdBinary() {
  try {
    const { default: binary, version, compatibilityDate } = require("workerd");
    return { binary, version, compatibilityDate };
  } catch (error) {
    throw new Stop(`workerd is missing, which comes with wrangler (${error}). Install it:\n  npm ci`);
  }
}

const compatibilityDate = () => find(at("wrangler.toml"), /compatibility_date = "([\d-]+)"/);

/**
 * Writes the config of a Worker: `modules` as [name, file], `bindings` as text by name, `objects` the class
 * of a Durable Object with SQLite by the name of its binding. Their databases are in the folder that
 * `serveArgs` is given.
 *
 * @param {string} name
 * @param {{ modules: [string, string][], bindings?: any, flags?: string[], objects?: any }} worker
 */
export function writeConfig(name, { modules, bindings = {}, flags = [], objects = {} }) {
  const text = (value) => JSON.stringify(value); // Cap'n Proto's strings are JSON's for what is in here
  const kind = (file) => (file.endsWith(".wasm") ? "wasm" : "esModule");
  const classes = Object.values(objects);
  const disk = classes.length ? `\n    (name = "disk", disk = (path = "/nowhere", writable = true)),` : "";
  const storage = classes.length
    ? `\n  durableObjectNamespaces = [${classes
        .map((one) => `(className = ${text(one)}, uniqueKey = ${text(one)}, enableSql = true)`)
        .join(", ")}],\n  durableObjectStorage = (localDisk = "disk"),`
    : "";
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),${disk}
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = ${text(compatibilityDate())},
  compatibilityFlags = [${flags.map(text).join(", ")}],
  modules = [
${modules.map(([module, file]) => `    (name = ${text(module)}, ${kind(file)} = embed ${text(path.relative(work(), file))}),`).join("\n")}
  ],
  bindings = [
${Object.entries(bindings)
  .map(([key, value]) => `    (name = ${text(key)}, text = ${text(value)}),`)
  .concat(
    Object.entries(objects).map(
      ([key, one]) => `    (name = ${text(key)}, durableObjectNamespace = ${text(one)}),`,
    ),
  )
  .join("\n")}
  ],${storage}
);
`;
  const file = work(`${name}.capnp`);
  fs.writeFileSync(file, config);
  return file;
}

/** `folder` is where objects keep their databases. */
export const serveArgs = (config, port, folder) => [
  "serve",
  config,
  "--socket-addr",
  `http=127.0.0.1:${port}`,
  ...(folder ? ["--directory-path", `disk=${folder}`] : []),
];
