// For the tests: a Python with clients, in a virtual environment of its own.
import fs from "node:fs";
import path from "node:path";
import { command, output } from "../lib/command.mjs";
import { remove } from "../lib/files.mjs";
import { TOOLCHAIN } from "../lib/paths.mjs";
import { stamp, stamped, unstamp } from "./stamps.mjs";

const PYTHON_PACKAGES = [
  // the protocol's client, httpx-sse, and all that they need
  "durable-streams==0.1.0",
  "httpx-sse==0.4.3",
  "httpx==0.28.1",
  "anyio==4.16.0",
  "certifi==2026.10.18",
  "h11==0.16.0",
  "httpcore==1.0.9",
  "idna==3.20",
  "typing_extensions==4.16.0",
  "PyJWT==2.15.1", // signs the tokens of docs/tokens.md
];

const VENV = path.join(TOOLCHAIN, "venv");
const PROGRAM = path.join(VENV, "bin/python");
const KEY = PYTHON_PACKAGES.join(" ");
const installed = () => stamped("python", KEY) && fs.existsSync(PROGRAM);
const ready = () => installed() && output(PROGRAM, ["--version"]) !== null;

/** The Python for the tests, or null while it is not set up. */
export const pythonForTests = () => (installed() ? PROGRAM : null);

async function installPython(log) {
  unstamp("python");
  remove(VENV);
  await command(log, "python3", ["-m", "venv", VENV]);
  await command(log, PROGRAM, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
    ...PYTHON_PACKAGES,
  ]);
  stamp("python", KEY);
}

export const python = { name: "Python with an SSE client", ready, work: installPython };
