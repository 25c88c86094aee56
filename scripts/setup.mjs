// Makes this folder ready: npm packages, a Rust compiler with std for wasm32, worker-build, wasm-bindgen.
// With --test also a Chromium and a Python with an SSE client. Run it as often as you like.
//
// Two worlds, found out by trying: where rustup and GitHub answer, they are used as everybody does;
// where only package registries answer, Debian's compiler is unpacked into .toolchain and std is
// built with it. The system and the user's own toolchains stay as they are, but for
// `rustup target add`, which a Worker in Rust needs anyway.
import fs from "node:fs";
import path from "node:path";
import {
  at,
  command,
  ENV_FILE,
  hash,
  isMain,
  killChildren,
  locked,
  output,
  readText,
  run,
  Stop,
  seconds,
  TOOLCHAIN,
  tail,
  which,
  writeWhole,
} from "./lib.mjs";

const WORKER_BUILD = "0.8.7";
const WASM_BINDGEN = "0.2.129"; // Cargo.toml pins the crate of the same version
const RUST_MINIMUM = 91; // of 1.x, for the worker crate
const NODE_MINIMUM = 18; // for these scripts; wrangler runs on the Node that npm installs
const DEBIAN_PACKAGES = ["rustc-web", "rust-web-src", "rust-web-clippy"]; // of one version, whichever Debian serves
const STD_RECIPE = 2; // raise it when buildStd changes
const PYTHON_PACKAGES = [
  // httpx-sse and all that it needs
  "httpx-sse==0.4.3",
  "httpx==0.28.1",
  "anyio==4.16.0",
  "certifi==2026.10.18",
  "h11==0.16.0",
  "httpcore==1.0.9",
  "idna==3.20",
  "typing_extensions==4.16.0",
];

const WASM = "wasm32-unknown-unknown";
const DEBIAN = path.join(TOOLCHAIN, "debian");
const BIN = path.join(TOOLCHAIN, "bin");
const TOOLS_TARGET = path.join(TOOLCHAIN, "tools-target");
const NODE = at("node_modules/.bin/node");
const stampFile = (name) => path.join(TOOLCHAIN, "stamps", name);
const logFile = (name) => path.join(TOOLCHAIN, "logs", `${name}.log`);

// Compiled tools run fast enough unoptimised, and are there in a third of the time.
const QUICK_RELEASE = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "0",
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "4",
  CARGO_PROFILE_RELEASE_DEBUG: "0",
};

const exists = (file) => fs.existsSync(file);
const stamped = (name, key) => readText(stampFile(name)) === key;
const stamp = (name, key) => writeWhole(stampFile(name), key);
const unstamp = (name) => fs.rmSync(stampFile(name), { force: true });
const remove = (dir) => fs.rmSync(dir, { recursive: true, force: true });

// --- the tools that must be there -------------------------------------------------------------

function checkTools() {
  if (Number(process.versions.node.split(".")[0]) < NODE_MINIMUM) {
    throw new Stop(
      `Node ${process.versions.node} is too old: ${NODE_MINIMUM} or newer is needed. Install it from https://nodejs.org/`,
    );
  }
  if (process.platform === "win32")
    throw new Stop("Windows is not supported. Run this inside WSL: wsl --install");
  const rustup = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y";
  if (!which("npm"))
    throw new Stop(
      `npm is missing. Install it:\n  ${aptOr("npm", "get Node with npm from https://nodejs.org/")}`,
    );
  if (!which("cargo")) throw new Stop(`cargo is missing. Install Rust:\n  ${rustup}`);
  const rustc = output("rustc", ["-vV"]);
  if (!rustc) throw new Stop(`rustc is missing or does not run. Install Rust:\n  ${rustup}`);
  const [, minor] = rustc.match(/^release: 1\.(\d+)/m) ?? [];
  if (Number(minor) < RUST_MINIMUM) {
    throw new Stop(
      `${rustc.split("\n")[0]} is too old: 1.${RUST_MINIMUM} or newer is needed. Update it:\n  rustup update stable`,
    );
  }
  if (!which("cc")) {
    throw new Stop(
      `a C compiler and linker (cc) is missing. Install it:\n  ${process.platform === "darwin" ? "xcode-select --install" : aptOr("gcc libc6-dev", "your system's C compiler")}`,
    );
  }
  return {
    host: rustc.match(/^host: (.*)$/m)?.[1] ?? "unknown",
    sysroot: output("rustc", ["--print", "sysroot"]),
    version: rustc,
  };
}

const aptOr = (packages, otherwise) =>
  which("apt-get") ? `${sudo()}apt-get install -y ${packages}` : otherwise;
const sudo = () => (process.getuid?.() === 0 ? "" : "sudo ");

// --- npm packages -----------------------------------------------------------------------------

/** What npm itself noted as installed is what the lock file asks for, and the Node in it runs. */
function npmReady() {
  const lock = JSON.parse(readText(at("package-lock.json")) ?? "null");
  const installed = JSON.parse(readText(at("node_modules/.package-lock.json")) ?? "null");
  if (!lock) throw new Stop("package-lock.json is missing. Get it back: git checkout package-lock.json");
  if (!installed) return false;
  const same = Object.entries(lock.packages).every(([name, { version, optional }]) => {
    const there = installed.packages[name]?.version;
    return name === "" || there === version || (optional && there === undefined);
  });
  return same && output(NODE, ["--version"]) === `v${lock.packages["node_modules/node"].version}`;
}

async function installNpm(log) {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  await command(log, "npm", ["ci", ...quiet]);
  // A user's ignore-scripts setting leaves these three without their programs.
  if (!npmReady())
    await command(log, "npm", ["rebuild", "--ignore-scripts=false", ...quiet, "node", "esbuild", "workerd"]);
  if (!npmReady()) throw new Stop(`npm ci ran, but node_modules/.bin/node does not run. See ${log}`);
}

// --- std for wasm32 ---------------------------------------------------------------------------

const hasStd = (rustc, env) => {
  const dir = output(rustc, ["--print", "target-libdir", "--target", WASM], {
    env: { ...process.env, ...env },
  });
  return dir && exists(dir) && fs.readdirSync(dir).some((file) => /^libstd-.*\.rlib$/.test(file));
};

const STD_KEY = `${STD_RECIPE} ${DEBIAN_PACKAGES}`;
const debianReady = () => stamped("debian", `${DEBIAN_PACKAGES}`) && exists(path.join(DEBIAN, "bin/rustc"));
const stdReady = () => debianReady() && stamped("std", STD_KEY);

/** 'rustup', 'debian', or null where set-up has yet to find out. */
function stdWorld() {
  if (hasStd("rustc")) return "rustup";
  return stdReady() ? "debian" : null;
}

async function rustupTarget(log) {
  if (!which("rustup")) return false;
  try {
    await command(log, "rustup", ["target", "add", WASM], { env: { ...process.env, RUST_BACKTRACE: "0" } });
  } catch {
    return false;
  }
  return hasStd("rustc");
}

const rustupSaid = () => readText(logFile("rustup"))?.match(/^error: .*$/m)?.[0] ?? "rustup is not installed";

/** The compiler's own packages, and the libraries under it that this system lacks. */
function notOnSystem(name) {
  if (/^(rustc|rust-|libstd-rust|libllvm)/.test(name)) return true;
  return (
    /^lib(?!c6|.*-dev$)/.test(name) &&
    !output("dpkg-query", ["-W", "-f=${Status}", name])?.endsWith(" installed")
  );
}

/** Downloads Debian's compiler, its source and its clippy by apt, without root, and unpacks them. */
async function unpackDebian(log) {
  for (const tool of ["apt-get", "dpkg-deb"]) {
    if (!which(tool)) {
      throw new Stop(
        `rustup cannot install ${WASM} (${rustupSaid()}), and without ${tool} Debian's packages cannot be used instead. With the internet at hand:\n  rustup target add ${WASM}`,
      );
    }
  }
  const apt = path.join(TOOLCHAIN, "apt");
  const fresh = path.join(TOOLCHAIN, "debian.new");
  for (const dir of [apt, fresh]) remove(dir);
  for (const dir of ["lists/partial", "cache/archives/partial"])
    fs.mkdirSync(path.join(apt, dir), { recursive: true });
  fs.mkdirSync(path.join(fresh, "bin"), { recursive: true });
  // A state of its own that knows of no installed package: needs no root, and gives the same on every system.
  fs.writeFileSync(path.join(apt, "status"), "");
  const options = {
    "Dir::State": apt,
    "Dir::State::Lists": `${apt}/lists`,
    "Dir::State::status": `${apt}/status`,
    "Dir::Cache": `${apt}/cache`,
    "APT::Sandbox::User": "",
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
    "Acquire::http::Timeout": "20",
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  // One unreachable source among others is no reason to stop: what counts is the next step.
  await command(log, "apt-get", [...flags, "-q", "update"]).catch(() => {});
  const uris = output("apt-get", [
    ...flags,
    "-q",
    "-y",
    "--no-install-recommends",
    "--print-uris",
    "install",
    ...DEBIAN_PACKAGES,
  ]);
  const needed = [...(uris ?? "").matchAll(/^'\S+' ([^_\s]+)_/gm)]
    .map(([, name]) => name)
    .filter(notOnSystem);
  if (!DEBIAN_PACKAGES.every((name) => needed.includes(name))) {
    throw new Stop(
      `neither rustup nor Debian's packages ${DEBIAN_PACKAGES.join(", ")} can give Rust's std for ${WASM}. With the internet at hand:\n  rustup target add ${WASM}\n${rustupSaid()}\napt-get said:\n${tail(log, 10)}`,
    );
  }
  const archives = path.join(apt, "packages");
  fs.mkdirSync(archives);
  await command(log, "apt-get", [...flags, "-q", "download", ...needed], { cwd: archives });
  await Promise.all(
    fs
      .readdirSync(archives)
      .map((file) => command(log, "dpkg-deb", ["-x", path.join(archives, file), fresh])),
  );
  const wrapper = (name) => `#!/bin/sh
root=\${0%/*}/..
LD_LIBRARY_PATH=$(echo "$root"/usr/lib/*-linux-gnu*)\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec "$root/usr/bin/${name}" "$@"
`;
  for (const name of ["rustc", "clippy-driver"])
    fs.writeFileSync(path.join(fresh, "bin", name), wrapper(name), { mode: 0o755 });
  unstamp("std");
  remove(DEBIAN);
  fs.renameSync(fresh, DEBIAN);
  remove(apt);
}

async function buildStd(log, rust) {
  const work = path.join(TOOLCHAIN, "std");
  const rustc = path.join(DEBIAN, "bin/rustc");
  remove(work);
  fs.mkdirSync(path.join(work, "src"), { recursive: true });
  fs.writeFileSync(
    path.join(work, "Cargo.toml"),
    '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n',
  );
  fs.writeFileSync(path.join(work, "src/lib.rs"), "#![no_std]\n");
  const args = [
    "build",
    "--release",
    "--target",
    WASM,
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=",
    "--target-dir",
    path.join(work, "target"),
  ];
  // Bitcode, or a project with `lto` fails to link. No features: backtraces do not exist on wasm32.
  const env = {
    ...wasmRustEnv(rust),
    RUSTC_BOOTSTRAP: "1",
    RUSTFLAGS: "-Cembed-bitcode=yes",
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "1",
  };
  await command(log, "cargo", args, { cwd: work, env: { ...process.env, ...env } });
  const from = path.join(work, "target", WASM, "release/deps");
  const to = output(rustc, ["--print", "target-libdir", "--target", WASM]);
  if (!to) throw new Stop(`${rustc} does not say where it looks for std. See ${log}`);
  const fresh = `${to}.new`;
  remove(fresh);
  fs.mkdirSync(fresh, { recursive: true });
  for (const file of fs.readdirSync(from)) {
    if (/\.(rlib|rmeta)$/.test(file) && !file.startsWith("libempty-"))
      fs.copyFileSync(path.join(from, file), path.join(fresh, file));
  }
  remove(to);
  fs.renameSync(fresh, to);
  remove(work);
  if (!hasStd(rustc))
    throw new Stop(`std for ${WASM} was built, but ${rustc} does not find it in ${to}. See ${log}`);
}

/** The variables by which cargo uses Debian's compiler, and rustup's linker with it. */
function wasmRustEnv({ host, sysroot }) {
  const linker = [
    path.join(sysroot, "lib/rustlib", host, "bin/rust-lld"),
    which("rust-lld"),
    which("wasm-ld"),
  ].find((file) => file && exists(file));
  if (!linker)
    throw new Stop(
      `no linker for ${WASM}: neither rustup's rust-lld nor wasm-ld is there. Install one:\n  ${aptOr("lld", "your system's lld")}`,
    );
  return { RUSTC: path.join(DEBIAN, "bin/rustc"), CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker };
}

// --- tools from Rust's crate registry ---------------------------------------------------------

const workerBuildReady = () =>
  stamped("worker-build", WORKER_BUILD) && exists(path.join(BIN, "worker-build"));
const wasmBindgenReady = () => {
  const world = readText(stampFile("wasm-bindgen"));
  return (
    world === `download ${WASM_BINDGEN}` ||
    (world === `cargo ${WASM_BINDGEN}` && exists(path.join(BIN, "wasm-bindgen")))
  );
};

async function cargoInstall(log, name, version, ...extra) {
  const place = ["--root", TOOLCHAIN, "--target-dir", TOOLS_TARGET];
  const env = { ...process.env, ...QUICK_RELEASE };
  await command(log, "cargo", ["install", `${name}@${version}`, "--locked", "--force", ...place, ...extra], {
    env,
  });
}

async function installWorkerBuild(log) {
  if (process.platform === "linux" && output("pkg-config", ["--exists", "openssl"]) === null) {
    throw new Stop(
      `worker-build needs OpenSSL's headers and pkg-config. Install them:\n  ${aptOr("libssl-dev pkg-config", "OpenSSL's development files and pkg-config")}`,
    );
  }
  await cargoInstall(log, "worker-build", WORKER_BUILD, "--bin", "worker-build");
  stamp("worker-build", WORKER_BUILD);
}

async function installWasmBindgen(log, say) {
  if (await githubAnswers()) {
    say("worker-build downloads it with the first build");
    stamp("wasm-bindgen", `download ${WASM_BINDGEN}`);
    return;
  }
  await cargoInstall(log, "wasm-bindgen-cli", WASM_BINDGEN, "--bin", "wasm-bindgen", "--no-default-features");
  stamp("wasm-bindgen", `cargo ${WASM_BINDGEN}`);
}

/** Whether worker-build can download the wasm-bindgen command by itself. */
async function githubAnswers() {
  const address = `https://github.com/wasm-bindgen/wasm-bindgen/releases/tag/${WASM_BINDGEN}`;
  try {
    return (await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

// --- for the tests ----------------------------------------------------------------------------

const CHROMIUMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const CHROMIUM_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
const BROWSERS = path.join(TOOLCHAIN, "browsers");

function findChromium() {
  const own = () => {
    const files = exists(BROWSERS) ? fs.readdirSync(BROWSERS, { recursive: true }) : [];
    const found = files.find((file) =>
      /^(chrome|chromium|Chromium|headless_shell)$/.test(path.basename(String(file))),
    );
    return found && path.join(BROWSERS, String(found));
  };
  const known = readText(stampFile("chromium"));
  const candidates = [known, ...CHROMIUMS.map((name) => which(name)), CHROMIUM_MAC, own()];
  return (
    candidates.find(
      (file) => file && exists(file) && (file === known || output(file, ["--version"]) !== null),
    ) ?? null
  );
}

async function installChromium(log, say) {
  if (!findChromium()) {
    say("not installed: trying playwright's download");
    const env = { ...process.env, PLAYWRIGHT_BROWSERS_PATH: BROWSERS };
    await command(log, NODE, [at("node_modules/playwright-core/cli.js"), "install", "chromium"], {
      env,
    }).catch(() => {});
  }
  const install = `${sudo()}apt-get install -y --no-install-recommends chromium`;
  if (!findChromium() && which("apt-get") && process.getuid?.() === 0) {
    say(`no download: ${install}`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const options = ["-q", "-o", "DPkg::Lock::Timeout=300"];
    await command(log, "apt-get", [...options, "update"]).catch(() => {});
    await command(log, "apt-get", [...options, "install", "-y", "--no-install-recommends", "chromium"], {
      env,
    }).catch(() => {});
  }
  const found = findChromium();
  if (!found) {
    throw new Stop(
      `no Chromium for the browser tests, and none could be installed. Install one:\n  ${which("apt-get") ? install : "npx playwright-core install --with-deps chromium"}\n(log: ${log})`,
    );
  }
  stamp("chromium", found);
}

const VENV = path.join(TOOLCHAIN, "venv");
const PYTHON = path.join(VENV, "bin/python");
const PYTHON_KEY = PYTHON_PACKAGES.join(" ");
const pythonStamped = () => stamped("python", PYTHON_KEY) && exists(PYTHON);
const pythonReady = () => pythonStamped() && output(PYTHON, ["--version"]) !== null;

async function installPython(log) {
  if (!which("python3"))
    throw new Stop(
      `python3 is missing (one of the test clients is Python's). Install it:\n  ${aptOr("python3 python3-venv", "https://www.python.org/downloads/")}`,
    );
  unstamp("python");
  remove(VENV);
  try {
    await command(log, "python3", ["-m", "venv", VENV]);
  } catch (error) {
    throw new Stop(
      `python3 cannot make a virtual environment. Install its venv module:\n  ${aptOr("python3-venv", "python3 -m ensurepip")}\n${error instanceof Error ? error.message : error}`,
    );
  }
  await command(log, PYTHON, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
    ...PYTHON_PACKAGES,
  ]);
  stamp("python", PYTHON_KEY);
}

// --- all of it --------------------------------------------------------------------------------

/** Steps by lane: lanes run side by side, a lane's steps one after the other. */
function lanes(rust, test) {
  const std = async (log, say) => {
    if (!debianReady()) {
      if (await rustupTarget(logFile("rustup"))) return;
      say("rustup cannot install it: unpacking Debian's compiler instead");
      await unpackDebian(log);
      stamp("debian", `${DEBIAN_PACKAGES}`);
    }
    say("building it with Debian's compiler");
    await buildStd(log, rust);
    stamp("std", STD_KEY);
  };
  const npm = { name: "npm packages", ready: npmReady, work: installNpm };
  const all = [
    [npm],
    [{ name: `Rust's std for ${WASM}`, ready: () => stdWorld() !== null, work: std }],
    [
      { name: `worker-build ${WORKER_BUILD}`, ready: workerBuildReady, work: installWorkerBuild },
      { name: `wasm-bindgen ${WASM_BINDGEN}`, ready: wasmBindgenReady, work: installWasmBindgen },
    ],
  ];
  if (test) {
    all[0].push({
      name: "Chromium",
      ready: () => stamped("chromium", findChromium() ?? "none"),
      work: installChromium,
    });
    all.push([{ name: "Python with an SSE client", ready: pythonReady, work: installPython }]);
  }
  return all.map((lane) => lane.filter((step) => !step.ready())).filter((lane) => lane.length > 0);
}

/** What the other scripts need to know, kept in .toolchain/env.json. */
function writeEnv(rust) {
  const debian = stdWorld() === "debian";
  const byCargo = readText(stampFile("wasm-bindgen")) === `cargo ${WASM_BINDGEN}`;
  const found = {
    world: debian ? "debian" : "rustup",
    compiler: debian ? path.join(DEBIAN, "bin/rustc") : rust.version,
    node: NODE,
    // worker-build calls rustc by its name.
    path: [...(debian ? [path.join(DEBIAN, "bin")] : []), BIN, at("node_modules/.bin")],
    env: {
      ...(debian ? wasmRustEnv(rust) : {}),
      ...(byCargo ? { WASM_BINDGEN_BIN: path.join(BIN, "wasm-bindgen") } : {}),
      ESBUILD_BIN: at("node_modules/.bin/esbuild"),
      WASM_OPT_BIN: at("node_modules/.bin/wasm-opt"),
      XDG_CACHE_HOME: path.join(TOOLCHAIN, "cache"), // worker-build's downloads stay in here too
    },
    clippyDriver: debian ? path.join(DEBIAN, "bin/clippy-driver") : null,
    chromium: readText(stampFile("chromium")),
    python: pythonStamped() ? PYTHON : null,
    toolchain: hash([WORKER_BUILD, WASM_BINDGEN, debian ? STD_KEY : rust.version].join("\n")),
  };
  writeWhole(ENV_FILE, `${JSON.stringify(found, null, 2)}\n`);
  return found;
}

async function runLanes(pending) {
  const total = pending.flat().length;
  const start = Date.now();
  const running = new Map();
  let started = 0;
  console.log(`Set-up: ${total} step${total > 1 ? "s" : ""}; the first time this takes a few minutes.`);
  const life = setInterval(() => {
    const now = [...running].map(([step, log]) => `${step.name} (${tail(log, 1).trim().slice(0, 60)})`);
    console.log(`      ${seconds(start)}: ${now.join(", ")}`);
  }, 15000);
  const work = async (lane) => {
    for (const step of lane) {
      const label = `[${++started}/${total}] ${step.name}`;
      const begun = Date.now();
      const log = logFile(step.name.toLowerCase().replace(/[^a-z0-9]+/g, "-"));
      fs.rmSync(log, { force: true });
      running.set(step, log);
      console.log(`${label} ...`);
      await step.work(log, (text) => console.log(`${label}: ${text} (${seconds(begun)})`));
      running.delete(step);
      console.log(`${label}: done in ${seconds(begun)}`);
    }
  };
  try {
    await Promise.all(pending.map(work));
    remove(TOOLS_TARGET);
    console.log(`Set-up: done in ${seconds(start)}.`);
  } catch (error) {
    killChildren();
    throw error;
  } finally {
    clearInterval(life);
  }
}

/** Sets up what is missing; returns what is in env.json. */
export async function setup({ test = false } = {}) {
  // Under a build of ours the private compiler may stand first: look at the user's own.
  const own = (dir) => !dir.startsWith(TOOLCHAIN);
  process.env.PATH = (process.env.PATH ?? "").split(path.delimiter).filter(own).join(path.delimiter);
  if (!own(process.env.RUSTC ?? "")) delete process.env.RUSTC;
  const rust = checkTools();
  if (lanes(rust, test).length > 0) {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, stopAll);
    await locked("setup", async () => {
      const pending = lanes(rust, test); // another process may have done it meanwhile
      if (pending.length > 0) await runLanes(pending);
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, stopAll);
  }
  return writeEnv(rust);
}

function stopAll() {
  console.error("\nSet-up interrupted; the next run goes on where this one stopped.");
  killChildren();
  process.exit(130);
}

if (isMain(import.meta.url)) {
  const start = Date.now();
  await run(async () => {
    const wrong = process.argv.slice(2).filter((arg) => arg !== "--test");
    if (wrong.length > 0) throw new Stop(`unknown argument ${wrong.join(" ")}: only --test is allowed`);
    const { world } = await setup({ test: process.argv.includes("--test") });
    console.log(`Everything is set up (std for wasm32: ${world}), checked in ${seconds(start)}.`);
  });
}
