// The wasm-bindgen program: downloaded where its releases can be, compiled where they cannot.
// worker-build would download it with the first build; but then a refusal would come too late for
// the other way, so it is fetched here, and only a program that runs counts.
import fs from "node:fs";
import path from "node:path";
import { command, output } from "../lib/command.mjs";
import { remove } from "../lib/files.mjs";
import { Stop } from "../lib/main.mjs";
import { BIN, TOOLCHAIN } from "../lib/paths.mjs";
import { cargoInstall } from "./cargo-install.mjs";
import { stamp, stampOf } from "./stamps.mjs";

export const WASM_BINDGEN = "0.2.129"; // Cargo.toml pins the crate of the same version
export const WASM_BINDGEN_BIN = path.join(BIN, "wasm-bindgen");

const RELEASES = "https://github.com/wasm-bindgen/wasm-bindgen/releases/download";
const TARGETS = {
  "darwin arm64": "aarch64-apple-darwin",
  "darwin x64": "x86_64-apple-darwin",
  "linux arm64": "aarch64-unknown-linux-musl",
  "linux x64": "x86_64-unknown-linux-musl",
};
const ANSWER_MS = 5_000;
const DOWNLOAD_MS = 120_000;

const ready = () =>
  [`release ${WASM_BINDGEN}`, `cargo ${WASM_BINDGEN}`].includes(stampOf("wasm-bindgen") ?? "") &&
  fs.existsSync(WASM_BINDGEN_BIN);

async function install(log, say) {
  try {
    await downloadRelease(log, WASM_BINDGEN_BIN);
    stamp("wasm-bindgen", `release ${WASM_BINDGEN}`);
  } catch (error) {
    say(`no download (${error.message.split("\n")[0]}): compiling it`);
    const noServer = "--no-default-features";
    await cargoInstall(log, "wasm-bindgen-cli", WASM_BINDGEN, "--bin", "wasm-bindgen", noServer);
    stamp("wasm-bindgen", `cargo ${WASM_BINDGEN}`);
  }
}

/** Puts the released program at `to`, once it has run here and said its version. Fails with the reason. */
export async function downloadRelease(log, to, releases = RELEASES) {
  const target = TARGETS[`${process.platform} ${process.arch}`];
  if (!target) throw new Stop(`there is none for ${process.platform} ${process.arch}`);
  const name = `wasm-bindgen-${WASM_BINDGEN}-${target}`;
  const folder = path.join(TOOLCHAIN, `download-${process.pid}`);
  const archive = path.join(folder, "archive.tar.gz");
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(archive, await fetchBytes(`${releases}/${WASM_BINDGEN}/${name}.tar.gz`));
    await command(log, "tar", ["-xzf", archive, "-C", folder]);
    const program = path.join(folder, name, "wasm-bindgen");
    const says = output(program, ["--version"]);
    if (says !== `wasm-bindgen ${WASM_BINDGEN}`) throw new Stop(`the program that came does not run here`);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.renameSync(program, to);
  } finally {
    remove(folder);
  }
}

async function fetchBytes(address) {
  const ending = new AbortController();
  const limit = (ms, what) => setTimeout(() => ending.abort(new Stop(`${what} within ${ms / 1000} s`)), ms);
  const { host } = new URL(address);
  let timer = limit(ANSWER_MS, `${host} did not answer`);
  try {
    const answer = await fetch(address, { signal: ending.signal });
    if (!answer.ok) throw new Stop(`${host} answered ${answer.status}`);
    clearTimeout(timer);
    timer = limit(DOWNLOAD_MS, `${host} did not send all of it`);
    return Buffer.from(await answer.arrayBuffer());
  } catch (error) {
    throw error instanceof Stop ? error : new Stop(`${host}: ${error.cause?.message ?? error.message}`);
  } finally {
    clearTimeout(timer);
  }
}

export const wasmBindgen = { name: `wasm-bindgen ${WASM_BINDGEN}`, ready, work: install };
