// Where rustup cannot download: Debian's Rust compiler, unpacked into .toolchain/debian by apt and
// without root. The system and the user's own toolchains stay as they are.
import fs from "node:fs";
import path from "node:path";
import { command, output, which } from "../../lib/command.mjs";
import { remove, tail } from "../../lib/files.mjs";
import { Stop } from "../../lib/main.mjs";
import { TOOLCHAIN } from "../../lib/paths.mjs";
import { WASM } from "../rust.mjs";
import { stamp, stamped, unstamp } from "../stamps.mjs";

// All of one version, whichever Debian serves: the compiler cannot use another one's source.
export const PACKAGES = ["rustc-web", "rust-web-src", "rust-web-clippy"];

const DEBIAN = path.join(TOOLCHAIN, "debian");
export const DEBIAN_BIN = path.join(DEBIAN, "bin");
export const RUSTC = path.join(DEBIAN_BIN, "rustc");
export const CLIPPY_DRIVER = path.join(DEBIAN_BIN, "clippy-driver");

const KEY = `${PACKAGES}`;
export const compilerReady = () => stamped("debian", KEY) && fs.existsSync(RUSTC);

/** The compiler's own packages, and the libraries under it that this system lacks. */
function notOnSystem(name) {
  if (/^(rustc|rust-|libstd-rust|libllvm)/.test(name)) return true;
  return (
    /^lib(?!c6|.*-dev$)/.test(name) &&
    !output("dpkg-query", ["-W", "-f=${Status}", name])?.endsWith(" installed")
  );
}

/** Downloads Debian's compiler, its source and its clippy by apt, without root, and unpacks them. */
export async function unpackCompiler(log, rustupSaid) {
  for (const tool of ["apt-get", "dpkg-deb"]) {
    if (!which(tool)) {
      throw new Stop(
        `rustup cannot install ${WASM} (${rustupSaid}), and without ${tool} Debian's packages cannot be used instead. With the internet at hand:\n  rustup target add ${WASM}`,
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
    ...PACKAGES,
  ]);
  const needed = [...(uris ?? "").matchAll(/^'\S+' ([^_\s]+)_/gm)]
    .map(([, name]) => name)
    .filter(notOnSystem);
  if (!PACKAGES.every((name) => needed.includes(name))) {
    throw new Stop(
      `neither rustup nor Debian's packages ${PACKAGES.join(", ")} can give Rust's std for ${WASM}. With the internet at hand:\n  rustup target add ${WASM}\n${rustupSaid}\napt-get said:\n${tail(log, 10)}`,
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
  stamp("debian", KEY);
}
