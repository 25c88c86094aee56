// Ours and the peers: how each is built and started. All serve /events?interval=<ms>.
import fs from "node:fs";
import path from "node:path";
import { build as esbuild } from "esbuild";
import { at, buildEnv, command, output, runEnv, Stop } from "../../scripts/lib.mjs";
import { cargoBuild } from "./cargo.mjs";
import { bench, work } from "./paths.mjs";
import { serveArgs, workerdBinary, writeConfig } from "./workerd.mjs";

// Nothing ends or is refused while it is measured; all else is as in wrangler.toml.
const OUR_VARS = { MAX_STREAM_MS: "86400000", CPU_BUDGET_MS: "300000", MAX_STREAMS: "100000" };

/** Makes one file of `entry` and what it imports. */
export async function bundle(name, entry, flags = []) {
  const outfile = work(`${name}.js`);
  await esbuild({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "esnext",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    logLevel: "error",
  });
  return { modules: [["worker.js", outfile]], flags };
}

/** A Worker of one bundled file. */
export const bundled = (name, flags = []) => ({
  prepare: () => bundle(name, bench(`peers/${name}/worker.js`), flags),
});

/** What a deploy of the checkout in `dir` would upload. */
export const checkout = (name, dir, bindings = OUR_VARS) => ({
  idStep: "interval",
  async prepare() {
    const outdir = work(name);
    fs.rmSync(outdir, { recursive: true, force: true });
    await command(
      work(`logs/${name}.log`),
      at("node_modules/.bin/wrangler"),
      ["deploy", "--dry-run", "--outdir", outdir],
      { cwd: dir, env: runEnv() },
    );
    const wasm = fs.readdirSync(outdir).filter((file) => file.endsWith(".wasm"));
    return {
      modules: ["entry.js", ...wasm].map((file) => [file, path.join(outdir, file)]),
      bindings,
    };
  },
});

const workersRs = {
  title: "workers-rs `from_stream` + `Delay`",
  async prepare(found) {
    const crate = bench("peers/workers-rs");
    const env = { ...buildEnv(found), CARGO_TARGET_DIR: work("workers-rs") };
    await command(work("logs/workers-rs.log"), at(".toolchain/bin/worker-build"), ["--release", "--locked"], {
      cwd: crate,
      env,
    });
    return {
      modules: ["index.js", "index_bg.wasm"].map((module) => [module, path.join(crate, "build", module)]),
    };
  },
};

const axum = {
  title: "axum, native",
  native: true,
  async prepare() {
    await cargoBuild("axum", bench("peers/axum"));
    return { start: (port) => [work("axum/release/axum-peer"), [], { PORT: String(port) }] };
  },
};

const express = {
  title: "Express tutorial on Node",
  native: true,
  prepare: (found) => ({
    start: (port) => [
      fs.realpathSync(found.node),
      [bench("peers/express/server.js")],
      { PORT: String(port) },
    ],
  }),
};

export const SERVERS = {
  ours: { title: "edge-events (ours)", ...checkout("ours", at()) },
  "plain-js": { title: "plain JS Worker", ...bundled("plain-js") },
  "workers-rs": workersRs,
  hono: { title: "Hono `streamSSE`", ...bundled("hono") },
  "better-sse": { title: "better-sse on workerd", ...bundled("better-sse", ["nodejs_compat"]) },
  h3: { title: "h3 `createEventStream`", ...bundled("h3") },
  express,
  axum,
};

/** The commit of another checkout of this project, which is to be compared with this one. */
export function commitOf(dir) {
  if (!fs.existsSync(path.join(dir, "wrangler.toml"))) {
    throw new Stop(
      `--before ${dir}: no checkout of this project is there. Make one:\n  git worktree add ${dir} HEAD~1`,
    );
  }
  return output("git", ["rev-parse", "--short", "HEAD"], { cwd: dir }) ?? dir;
}

/** Another checkout of this project as a peer, to compare a change with what was before it. */
export function addBefore(dir) {
  SERVERS.before = { title: `edge-events at ${commitOf(dir)}`, ...checkout("before", path.resolve(dir)) };
}

/** Builds one of these servers; the result knows how to start it on a port. */
export const prepare = (name, found) => prepareServer(name, SERVERS[name], name, found);

/** The same for any server. A Worker's config has a name of its own; what its objects keep is in a folder. */
export async function prepareServer(name, server, configName, found) {
  const prepared = { name, ...server, ...(await server.prepare(found)) };
  if (prepared.start) return prepared;
  const config = writeConfig(configName, prepared);
  const { binary } = workerdBinary();
  return { ...prepared, start: (port, folder) => [binary, serveArgs(config, port, folder), {}] };
}
