// Builds the release Worker: `node scripts/build.mjs`, the `[build] command` of wrangler.toml, into
// build/, and with --sites, that of wrangler.sites.toml, into build-sites/. With --panics it makes the
// Worker that the tests of panics run, in build-panics/.
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

/** @typedef {{ out: string, features: string[] }} Target  the folder that it goes to, and cargo's features */

/**
 * The Worker as it is deployed.
 *
 * @type {Target}
 */
export const MAIN = { out: "build", features: [] };
/**
 * The same for a site in Workers Sites.
 *
 * @type {Target}
 */
export const SITES = { out: "build-sites", features: ["workers-sites"] };
/** For the tests of what a panic costs. */
export const PANICS = { out: "build-panics", features: ["test-panics"] };

const FLAGS = { "--sites": SITES, "--panics": PANICS };

export async function build(found, { out, features } = MAIN) {
  const stamp = at(out, ".stamp");
  const outputs = ["index.js", "index_bg.wasm"].map((file) => path.join(out, file));
  const inputs = () =>
    hash(
      `${hashFiles("src", "public/_headers", "Cargo.toml", "Cargo.lock", "scripts/build.mjs", "scripts/lib.mjs")} ${found.toolchain} ${features}`,
    );
  const upToDate = (key) => readText(stamp) === key && outputs.every((file) => fs.existsSync(at(file)));
  if (upToDate(inputs())) return;
  await locked("build", async () => {
    const key = inputs();
    if (upToDate(key)) return; // another process built it meanwhile
    const start = Date.now();
    fs.rmSync(stamp, { force: true });
    const workerBuild = path.join(at(".toolchain/bin"), "worker-build");
    const args = [
      "--release",
      "--out-dir",
      out,
      ".",
      "--locked",
      ...(features.length > 0 ? ["--features", features.join()] : []),
    ];
    const code = await inherit(workerBuild, args, { env: buildEnv(found) });
    if (code !== 0) throw new Stop(`worker-build --release failed (exit ${code}); the reason stands above.`);
    const zipped = outputs.reduce((sum, file) => sum + gzipSync(fs.readFileSync(at(file))).length, 0);
    console.log(
      `Built in ${seconds(start)}; upload: ${(zipped / 1024).toFixed(1)} KiB gzipped (${outputs.join(" + ")}).`,
    );
    writeWhole(stamp, key);
  });
}

if (isMain(import.meta.url)) {
  await run(async () => {
    const [flag, ...others] = process.argv.slice(2);
    if (others.length > 0 || (flag && !Object.hasOwn(FLAGS, flag))) {
      const wrong = process.argv.slice(2).join(" ");
      throw new Stop(`unknown argument ${wrong}: only one of ${Object.keys(FLAGS).join(", ")} is allowed`);
    }
    await build(await setup(), FLAGS[flag] ?? MAIN);
  });
}
