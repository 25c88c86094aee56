// Runs the Durable Streams protocol's own test suite against the Worker: npm test -- conformance.
// It runs twice: on the runtime alone, and through `wrangler dev`, which bundles the Worker itself and has a
// proxy in front of it. A pattern for the tests' names may follow, as in: node tests/conformance/run.mjs 'SSE'
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startRuntime } from "../support/runtime.mjs";
import { startWranglerDev } from "../support/wrangler.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

// The suite has 338 tests. 82 are about forks, which we have not, and 6 are for a server that offers
// subscriptions. A suite that shrinks, or a pattern that no longer selects what it did, is a failure.
const TOTAL = 338;
const EXPECTED = 250;
const WITHOUT_FORKS = "^(?!.*Fork)";

const secret = "conformance-conformance-conformance";
const vars = {
  CHANNELS_SECRET: secret,
  LONG_POLL_MS: 500,
  ALLOWED_ORIGINS: "*",
  CPU_BUDGET_MS: 10_000,
  MAX_STREAM_MS: 60_000,
};

/** Each starts a server with its storage in `persist`; `errors` are what it logged as such. */
const servers = {
  async workerd(persist) {
    const runtime = await startRuntime({ vars, persist });
    const errors = () =>
      runtime
        .logs()
        .filter(({ level }) => level === "error")
        .map(({ message }) => message);
    return { ...runtime, errors };
  },
  "wrangler dev": (persist) => startWranglerDev({ vars, persist }),
};

/** Whether what was expected has passed. */
async function passes(name, pattern) {
  const began = Date.now();
  const folder = mkdtempSync(path.join(os.tmpdir(), "conformance-"));
  const report = path.join(folder, "report.json");
  const server = await servers[name](path.join(folder, "state"));
  try {
    const vitest = path.join(here, "node_modules/vitest/vitest.mjs");
    const args = [vitest, "run", "-t", pattern ?? WITHOUT_FORKS, "--reporter=dot", "--reporter=json"];
    const child = spawn(process.execPath, [...args, `--outputFile.json=${report}`], {
      cwd: here,
      stdio: "inherit",
      env: { ...process.env, SERVER_URL: server.url, CHANNELS_SECRET: secret },
    });
    await new Promise((resolve) => child.once("exit", resolve));
    const { numTotalTests, numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    const errors = server.errors();
    for (const message of errors.slice(0, 20)) console.error(`the Worker logged: ${message}`);
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    console.log(
      `${name}: ${numPassedTests} passed, ${numFailedTests} failed, of ${numTotalTests} in the suite, after ${seconds} s`,
    );
    const whole = pattern !== undefined || (numTotalTests === TOTAL && numPassedTests === EXPECTED);
    if (!whole) console.error(`expected: ${EXPECTED} of ${TOTAL} passed`);
    return whole && numFailedTests === 0 && errors.length === 0;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

for (const name of Object.keys(servers)) {
  if (!(await passes(name, process.argv[2]))) process.exitCode = 1;
}
