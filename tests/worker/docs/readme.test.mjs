// Each curl command in the README answers what the README shows.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { root } from "../../support/runtime.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const readme = readFileSync(path.join(root, "README.md"), "utf8");
const examples = [...readme.matchAll(/```sh\n(curl [^\n]+)\n```\n\n```text\n([\s\S]*?)```/g)];

// As "npm start" makes it: with a secret.
const runtime = runtimeWith({ CHANNELS_SECRET: "x".repeat(32) });

/** Streams do not end: curl is given the time for two ticks. */
function run(command) {
  const here = command.replaceAll("http://127.0.0.1:8787", new URL(runtime.url).origin);
  return new Promise((resolve) => {
    execFile("sh", ["-c", `${here} --silent --max-time 4`], (_, output) => resolve(output));
  });
}

/** Numbers differ from run to run. */
const shape = (text) => text.trim().replaceAll(/\d+/g, "0");

test("the README has its examples", () => assert.equal(examples.length, 5));

for (const [, command, shown] of examples) {
  test(command, async () => {
    const output = shape(await run(command));
    assert.equal(output.slice(0, shape(shown).length), shape(shown));
  });
}
