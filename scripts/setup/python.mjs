// For the tests: a Python with an SSE client, in a virtual environment of its own.
import fs from "node:fs";
import path from "node:path";
import { command, output, which } from "../lib/command.mjs";
import { remove } from "../lib/files.mjs";
import { Stop } from "../lib/main.mjs";
import { TOOLCHAIN } from "../lib/paths.mjs";
import { aptOr } from "./prerequisites.mjs";
import { stamp, stamped, unstamp } from "./stamps.mjs";

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

const VENV = path.join(TOOLCHAIN, "venv");
const PROGRAM = path.join(VENV, "bin/python");
const KEY = PYTHON_PACKAGES.join(" ");
const installed = () => stamped("python", KEY) && fs.existsSync(PROGRAM);
const ready = () => installed() && output(PROGRAM, ["--version"]) !== null;

/** The Python for the tests, or null while it is not set up. */
export const pythonForTests = () => (installed() ? PROGRAM : null);

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
      `python3 cannot make a virtual environment. Install its venv module:\n  ${aptOr("python3-venv", "python3 -m ensurepip")}\n${error.message}`,
    );
  }
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
