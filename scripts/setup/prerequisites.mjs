// What must be there already, because set-up does not install it: said at once, all of it together.
import { output, which } from "../lib/command.mjs";
import { Stop } from "../lib/main.mjs";
import { workerBuild } from "./worker-build.mjs";

const RUST_MINIMUM = 91; // of 1.x, for the worker crate
const NODE_MINIMUM = 18; // for these scripts; wrangler runs on the Node that npm installs

const RUSTUP = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y";

export const sudo = () => (process.getuid?.() === 0 ? "" : "sudo ");
export const aptOr = (packages, otherwise) =>
  which("apt-get") ? `${sudo()}apt-get install -y ${packages}` : otherwise;

/**
 * What is missing: `{what, debian, otherwise}`, where `debian` names the packages that have it and
 * `otherwise` says how else it is installed. `system` answers `has(program)`, `succeeds(program,
 * args)` and, for what `rustc -vV` prints, `rustc`.
 */
export function missing({ platform, node, rustc, has, succeeds, compilesTools, makesPython }) {
  const wanted = [
    [
      Number(node.split(".")[0]) >= NODE_MINIMUM,
      `Node ${NODE_MINIMUM} or newer (this is ${node})`,
      null,
      "get it from https://nodejs.org/",
    ],
    [has("npm"), "npm", "npm", "get Node with npm from https://nodejs.org/"],
    [has("cargo") && rustc !== null, "Rust (cargo and rustc)", null, RUSTUP],
    [
      rustc === null || Number(rustc.match(/^release: 1\.(\d+)/m)?.[1]) >= RUST_MINIMUM,
      `Rust 1.${RUST_MINIMUM} or newer (this is ${rustc?.split("\n")[0]})`,
      null,
      "rustup update stable",
    ],
    [
      has("cc"),
      "a C compiler and linker (cc)",
      "gcc libc6-dev",
      platform === "darwin" ? "xcode-select --install" : "install your system's C compiler",
    ],
  ];
  if (platform === "linux" && compilesTools) {
    const forTools = "which worker-build is compiled with";
    const headers = has("pkg-config")
      ? succeeds("pkg-config", ["--exists", "openssl"])
      : succeeds("ls", ["/usr/include/openssl/ssl.h"]);
    wanted.push(
      [has("pkg-config"), `pkg-config, ${forTools}`, "pkg-config", "install your system's pkg-config"],
      [
        headers,
        `OpenSSL's headers, ${forTools}`,
        "libssl-dev",
        "install OpenSSL's development files (openssl-devel)",
      ],
    );
  }
  if (makesPython) {
    wanted.push([
      succeeds("python3", ["-c", "import ensurepip, venv"]),
      "Python 3 with its venv module, for one of the test clients",
      "python3 python3-venv",
      "get it from https://www.python.org/downloads/",
    ]);
  }
  return wanted
    .filter(([there]) => !there)
    .map(([, what, debian, otherwise]) => ({ what, debian, otherwise }));
}

/** One message for all that is missing, with the commands to type. */
export function sentence(lacking, apt) {
  const packages = lacking.filter(({ debian }) => apt && debian).map(({ debian }) => debian);
  const commands = [
    ...(packages.length > 0 ? [`${sudo()}apt-get install -y ${packages.join(" ")}`] : []),
    ...lacking.filter(({ debian }) => !(apt && debian)).map(({ otherwise }) => otherwise),
  ];
  const what = lacking.map((one) => `  - ${one.what}`).join("\n");
  const how = commands.map((line) => `  ${line}`).join("\n");
  return `this machine lacks:\n${what}\nInstall ${lacking.length > 1 ? "them" : "it"} and come back:\n${how}`;
}

/** Stops unless all is there; returns what the user's own Rust is. `makesPython`: that of the tests is still to be set up. */
export function checkPrerequisites({ makesPython }) {
  if (process.platform === "win32")
    throw new Stop("Windows is not supported. Run this inside WSL: wsl --install");
  const rustc = output("rustc", ["-vV"]);
  const lacking = missing({
    platform: process.platform,
    node: process.versions.node,
    rustc,
    has: (program) => which(program) !== null,
    succeeds: (program, args) => output(program, args) !== null,
    compilesTools: !workerBuild.ready(),
    makesPython,
  });
  if (lacking.length > 0 || rustc === null) throw new Stop(sentence(lacking, which("apt-get") !== null));
  return {
    host: rustc.match(/^host: (.*)$/m)?.[1] ?? "unknown",
    sysroot: output("rustc", ["--print", "sysroot"]),
    version: rustc,
  };
}
