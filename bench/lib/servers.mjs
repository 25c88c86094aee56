// Ours and the peers: how each is built and started. All serve /events?interval=<ms>.
import fs from "node:fs";
import path from "node:path";
import { build as bundle } from "esbuild";
import { at, command, buildEnv } from "../../scripts/lib.mjs";
import { bench, work } from "./paths.mjs";
import { serveArgs, workerdBinary, writeConfig } from "./workerd.mjs";

// Nothing ends or is refused while it is measured; all else is as in wrangler.toml.
const OUR_VARS = { MAX_STREAM_MS: "86400000", CPU_BUDGET_MS: "300000", MAX_STREAMS: "100000" };

/** The modules that worker-build made in `dir`, copied: a later build must not change what is measured. */
function wasmModules(name, dir) {
  return ["index.js", "index_bg.wasm"].map((module) => {
    const copy = work(`${name}.${module}`);
    fs.copyFileSync(path.join(dir, module), copy);
    return [module, copy];
  });
}

/** A Worker of one bundled file. */
const bundled = (name, flags = []) => ({
  async prepare() {
    const outfile = work(`${name}.js`);
    await bundle({
      entryPoints: [bench(`peers/${name}/worker.js`)], outfile, bundle: true, minify: true, format: "esm",
      target: "esnext", conditions: ["workerd", "worker", "browser"], external: ["node:*", "cloudflare:*"], logLevel: "error",
    });
    return { modules: [["worker.js", outfile]], flags };
  },
});

const ours = {
  title: "edge-events (ours)",
  idStep: "interval",
  prepare: () => ({ modules: wasmModules("ours", at("build")), bindings: OUR_VARS }),
};

const workersRs = {
  title: "workers-rs `from_stream` + `Delay`",
  async prepare(found) {
    const crate = bench("peers/workers-rs");
    const env = { ...buildEnv(found), CARGO_TARGET_DIR: work("workers-rs") };
    await command(work("logs/workers-rs.log"), at(".toolchain/bin/worker-build"), ["--release", "--locked"], { cwd: crate, env });
    return { modules: wasmModules("workers-rs", path.join(crate, "build")) };
  },
};

const axum = {
  title: "axum, native",
  native: true,
  async prepare() {
    const args = ["build", "--release", "--locked", "--manifest-path", bench("peers/axum/Cargo.toml")];
    await command(work("logs/axum.log"), "cargo", args, { env: { ...process.env, CARGO_TARGET_DIR: work("axum") } });
    return { start: (port) => [work("axum/release/axum-peer"), [], { PORT: String(port) }] };
  },
};

const express = {
  title: "Express tutorial on Node",
  native: true,
  prepare: (found) => ({ start: (port) => [fs.realpathSync(found.node), [bench("peers/express/server.js")], { PORT: String(port) }] }),
};

export const SERVERS = {
  ours,
  "plain-js": { title: "plain JS Worker", ...bundled("plain-js") },
  "workers-rs": workersRs,
  hono: { title: "Hono `streamSSE`", ...bundled("hono") },
  "better-sse": { title: "better-sse on workerd", ...bundled("better-sse", ["nodejs_compat"]) },
  h3: { title: "h3 `createEventStream`", ...bundled("h3") },
  express,
  axum,
};

/** Builds a server; the result knows how to start it on a port. */
export async function prepare(name, found) {
  const server = SERVERS[name];
  const prepared = await server.prepare(found);
  if (prepared.start) return { name, ...server, ...prepared };
  const config = writeConfig(name, prepared);
  const { binary } = workerdBinary();
  return {
    name, ...server, ...prepared,
    start: (port) => [binary, serveArgs(config, port), {}],
  };
}
