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
 * Writes the config of a Worker: `modules` as [name, file], `bindings` as text by name, and `objects`, the
 * classes of Durable Objects by their bindings, which store on the disk, where `serveArgs` names no folder of its own.
 *
 * @param {string} name
 * @param {{ modules: [string, string][], bindings?: any, objects?: any, flags?: string[] }} worker
 */
export function writeConfig(name, { modules, bindings = {}, objects = {}, flags = [] }) {
  const text = (value) => JSON.stringify(value); // Cap'n Proto's strings are JSON's for what is in here
  const kind = (file) => (file.endsWith(".wasm") ? "wasm" : "esModule");
  const classes = Object.entries(objects);
  const stores = classes.length > 0;
  const disk = work("objects", name);
  if (stores) fs.mkdirSync(disk, { recursive: true });
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
${stores ? `    (name = "disk", disk = (path = ${text(disk)}, writable = true)),` : ""}
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
  .join("\n")}
${classes
  .map(([key, className]) => `    (name = ${text(key)}, durableObjectNamespace = ${text(className)}),`)
  .join("\n")}
  ],
  durableObjectNamespaces = [
${classes
  .map(([, name]) => `    (className = ${text(name)}, uniqueKey = ${text(name)}, enableSql = true),`)
  .join("\n")}
  ],
  durableObjectStorage = ${stores ? '(localDisk = "disk")' : "(none = void)"},
);
`;
  const file = work(`${name}.capnp`);
  fs.writeFileSync(file, config);
  return file;
}

/** `folder` is where objects store instead of where the config says. */
export const serveArgs = (config, port, folder) => [
  "serve",
  config,
  "--socket-addr",
  `http=127.0.0.1:${port}`,
  ...(folder ? ["--directory-path", `disk=${folder}`] : []),
];
