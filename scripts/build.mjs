// Builds the release Worker into build/; the `[build] command` of wrangler.toml.
// Nothing is done when nothing that goes into it has changed.
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import {
  at,
  buildEnv,
  hash,
  hashFiles,
  inherit,
  isMain,
  locked,
  readText,
  run,
  Stop,
  seconds,
  writeWhole,
} from "./lib.mjs";
import { setup } from "./setup.mjs";

const STAMP = at("build/.stamp");
const OUTPUTS = ["build/index.js", "build/index_bg.wasm"];

const inputs = (found) =>
  hash(
    `${hashFiles("src", "public/_headers", "Cargo.toml", "Cargo.lock", "scripts/build.mjs", "scripts/lib.mjs")} ${found.toolchain}`,
  );
const upToDate = (key) => readText(STAMP) === key && OUTPUTS.every((file) => fs.existsSync(at(file)));

export async function build(found) {
  if (upToDate(inputs(found))) return;
  await locked("build", async () => {
    const key = inputs(found);
    if (upToDate(key)) return; // another process built it meanwhile
    const start = Date.now();
    fs.rmSync(STAMP, { force: true });
    const workerBuild = path.join(at(".toolchain/bin"), "worker-build");
    const code = await inherit(workerBuild, ["--release", "--locked"], { env: buildEnv(found) });
    if (code !== 0) throw new Stop(`worker-build --release failed (exit ${code}); the reason stands above.`);
    const zipped = OUTPUTS.reduce((sum, file) => sum + gzipSync(fs.readFileSync(at(file))).length, 0);
    console.log(
      `Built in ${seconds(start)}; upload: ${(zipped / 1024).toFixed(1)} KiB gzipped (${OUTPUTS.join(" + ")}).`,
    );
    writeWhole(STAMP, key);
  });
}

if (isMain(import.meta.url)) await run(async () => build(await setup()));
