// Runs the Durable Streams protocol's own test suite against the Worker: npm test -- conformance.
// A pattern for the tests' names may follow, as in: node tests/conformance/run.mjs 'SSE'
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startRuntime } from "../support/runtime.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

// The suite has 338 tests. 82 are about forks, which we have not, and 6 are for a server that offers
// subscriptions. A suite that shrinks, or a pattern that no longer selects what it did, is a failure.
const TOTAL = 338;
const EXPECTED = 250;
const WITHOUT_FORKS = "^(?!.*Fork)";

const pattern = process.argv[2];
const secret = "conformance-conformance-conformance";
const runtime = await startRuntime({
  vars: {
    CHANNELS_SECRET: secret,
    LONG_POLL_MS: 500,
    ALLOWED_ORIGINS: "*",
    CPU_BUDGET_MS: 10_000,
    MAX_STREAM_MS: 60_000,
  },
});
const folder = mkdtempSync(path.join(os.tmpdir(), "conformance-"));
const report = path.join(folder, "report.json");

try {
  const vitest = path.join(here, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "-t", pattern ?? WITHOUT_FORKS, "--reporter=dot", "--reporter=json"];
  const child = spawn(process.execPath, [...args, `--outputFile.json=${report}`], {
    cwd: here,
    stdio: "inherit",
    env: { ...process.env, SERVER_URL: runtime.url, CHANNELS_SECRET: secret },
  });
  await new Promise((resolve) => child.once("exit", resolve));
  const { numTotalTests, numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
  const errors = runtime.logs().filter(({ level }) => level === "error");
  for (const { message } of errors.slice(0, 20)) console.error(`the Worker logged: ${message}`);
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, of ${numTotalTests} in the suite`);
  if (!pattern && (numTotalTests !== TOTAL || numPassedTests !== EXPECTED)) {
    console.error(`expected: ${EXPECTED} of ${TOTAL} passed`);
    process.exitCode = 1;
  }
  if (numFailedTests > 0 || errors.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
  await runtime.stop();
}
