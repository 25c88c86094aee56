// Each curl command in docs/channels.md answers what the page shows, one after the other.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { root } from "../../support/runtime.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const page = readFileSync(path.join(root, "docs/channels.md"), "utf8");
const examples = [...page.matchAll(/```sh\n(curl [^\n]+)\n```\n\n```text\n([\s\S]*?)```/g)];
const CHANNELS_SECRET = "the-secret-of-the-documentation-1234";

/** When the channel was made, and how long to wait, differ from run to run. */
const shape = (text) =>
  text
    .trim()
    .replaceAll(/\d{16}_/g, "G_")
    .replace(/retry: \d+/, "retry: N");

describe("docs/channels.md", () => {
  // As `npm start` opens them.
  const runtime = runtimeWith({ CHANNELS_SECRET, PUBLIC_CHANNELS: "demo/*" });

  it("has its examples", () => assert.equal(examples.length, 4));

  for (const [, command, shown] of examples) {
    it(command, async () => {
      const here = command.replaceAll("http://127.0.0.1:8787", new URL(runtime.url).origin);
      const output = await new Promise((resolve) => {
        const options = { env: { ...process.env, CHANNELS_SECRET } };
        // A stream does not end: curl is given a while.
        execFile("sh", ["-c", `${here} --silent --max-time 3`], options, (_, printed) => resolve(printed));
      });
      assert.equal(shape(output), shape(shown));
    });
  }
});
