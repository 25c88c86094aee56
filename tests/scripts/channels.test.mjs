// What `npm start` writes for channels, and the lines that it prints.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { statSync } from "node:fs";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { makeProject } from "./project.mjs";

/**
 * Calls the function in a project of its own, and gives back what it returned and what it wrote.
 *
 * @param {any} test
 * @param {{ before?: string, configuration?: (text: string) => string }} [options]
 */
async function prepare(test, { before, configuration = (text) => text } = {}) {
  const project = makeProject();
  test.after(() => project.dispose());
  project.write("wrangler.toml", configuration(project.read("wrangler.toml")));
  if (before !== undefined) project.write(".dev.vars", before);
  const { channelsOnThisMachine } = await import(pathToFileURL(project.at("scripts/channels.mjs")).href);
  const { lines, warning } = channelsOnThisMachine();
  return {
    warning,
    lines: lines("127.0.0.1:9000"),
    written: project.read(".dev.vars"),
    mode: statSync(project.at(".dev.vars")).mode & 0o777,
  };
}

describe("npm start, for channels", () => {
  it("writes a secret that only its owner may read, opens demo/*, and prints lines with it", async (test) => {
    const { lines, written, mode } = await prepare(test);
    const secret = /^CHANNELS_SECRET="([0-9a-f]{48})"\nPUBLIC_CHANNELS="demo\/\*"\n$/.exec(written)?.[1];
    assert.ok(secret, written);
    assert.equal(mode, 0o600);
    assert.ok(lines.includes(`-H 'authorization: Bearer ${secret}'`), lines);
    const token = /^ {2}http:\/\/127\.0\.0\.1:9000\/#token=([\w-]+)\.([\w-]+)\.([\w-]+)$/m.exec(lines);
    assert.ok(token, lines);
    const [, header, claims, signature] = token;
    assert.equal(createHmac("sha256", secret).update(`${header}.${claims}`).digest("base64url"), signature);
    const { exp, ...rights } = JSON.parse(Buffer.from(claims, "base64url").toString());
    assert.deepEqual(rights, { subscribe: ["demo/*"], publish: ["demo/*"] });
    const left = exp - Date.now() / 1000;
    assert.ok(left > 86_000 && left <= 86_400, `${left} s`);
    assert.match(lines, /curl -N 127\.0\.0\.1:9000\/channels\/demo\/hello -H 'accept: text\/event-stream'/);
  });

  it("keeps what is there", async (test) => {
    const before = 'MINE="1"\nCHANNELS_SECRET="a-secret-of-mine-0123456789-0123456789"\nPUBLIC_CHANNELS=""';
    const { lines, written } = await prepare(test, { before });
    assert.equal(written, before);
    assert.match(lines, /Bearer a-secret-of-mine-0123456789-0123456789'/);
  });

  it("leaves PUBLIC_CHANNELS to a configuration that sets it", async (test) => {
    const configuration = (text) => text.replace('PUBLIC_CHANNELS = ""', 'PUBLIC_CHANNELS = "news"');
    const { written, warning } = await prepare(test, { configuration });
    assert.doesNotMatch(written, /PUBLIC_CHANNELS/);
    assert.equal(warning, undefined);
  });

  it("says that .dev.vars goes before a configuration that sets it otherwise", async (test) => {
    const configuration = (text) => text.replace('PUBLIC_CHANNELS = ""', 'PUBLIC_CHANNELS = "news"');
    const before = `CHANNELS_SECRET="${"x".repeat(40)}"\nPUBLIC_CHANNELS="demo/*"\n`;
    const { written, warning } = await prepare(test, { before, configuration });
    assert.equal(written, before);
    assert.match(warning, /\.dev\.vars says PUBLIC_CHANNELS="demo\/\*", .* wrangler\.toml says, "news"/);
  });
});
