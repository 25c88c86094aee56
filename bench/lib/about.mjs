// Where and with what was measured.
import os from "node:os";
import { at, output } from "../../scripts/lib.mjs";
import { bench, find, textOf } from "./paths.mjs";
import { workerdBinary } from "./workerd.mjs";

const npmVersion = (dir, name) => JSON.parse(textOf(`${dir}/node_modules/${name}/package.json`)).version;
const crateVersion = (lock, name) => find(lock, new RegExp(`name = "${name}"\\nversion = "(.+)"`));

export function about() {
  return {
    date: `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
    machine: {
      cpu: os.cpus()[0].model,
      cores: os.availableParallelism(),
      memoryGiB: Math.round(os.totalmem() / 2 ** 30),
      kernel: `${os.type()} ${os.release().split("-")[0]}`,
      load: os.loadavg()[0],
    },
    versions: {
      workerd: workerdBinary().version,
      wrangler: npmVersion(at(), "wrangler"),
      node: npmVersion(at(), "node"),
      rustc: output("rustc", ["--version"])?.split(" ")[1],
      worker: crateVersion(at("Cargo.lock"), "worker"),
      "wasm-bindgen": crateVersion(at("Cargo.lock"), "wasm-bindgen"),
      ...Object.fromEntries(
        ["hono", "better-sse", "h3", "express", "@durable-streams/server"].map((name) => [
          name,
          npmVersion(bench("peers"), name),
        ]),
      ),
      axum: crateVersion(bench("peers/axum/Cargo.lock"), "axum"),
    },
  };
}
