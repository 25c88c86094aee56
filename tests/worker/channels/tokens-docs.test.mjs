// The documentation's ten lines sign tokens that open what they say, each in its language's usual library;
// and so does npm run token.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { before, describe, it } from "node:test";
import { request } from "../../support/client.mjs";
import { root } from "../../support/runtime.mjs";
import { fromSetUp } from "../../support/set-up.mjs";
import { runtimeWith } from "../../support/suite.mjs";
import { SECRET } from "../../support/tokens.mjs";

const docs = readFileSync(path.join(root, "docs/tokens.md"), "utf8");
/** The example of a language, as it stands in the documentation. */
const example = (language) => new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(docs)?.[1] ?? "";

const env = { ...process.env, CHANNELS_SECRET: SECRET };
const output = (command, ...args) => execFileSync(command, args, { cwd: root, env, encoding: "utf8" }).trim();
const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());

const rust = path.join(root, "tests/clients/token");
const HOUR_S = 3600;

describe("a token of the documentation", () => {
  const runtime = runtimeWith({ CHANNELS_SECRET: SECRET });
  const as = (token) => ({ Authorization: `Bearer ${token}` });
  const JSON_TYPE = { "Content-Type": "application/json" };

  before(async () => {
    for (const name of ["orders/42", "orders/43"]) {
      const headers = { ...as(SECRET), ...JSON_TYPE };
      await request(runtime, { method: "POST", path: `/channels/${name}`, headers, body: "1" });
    }
  });

  const signers = {
    "Node's jose": () => output(process.execPath, "--input-type=module", "-e", example("js")),
    "Python's PyJWT": () => output(fromSetUp("python"), "-c", example("python")),
    "Rust's jsonwebtoken": () => {
      const target = path.join(root, "target/clients");
      const args = ["build", "--locked", "--quiet", "--manifest-path", path.join(rust, "Cargo.toml")];
      execFileSync("cargo", args, { env: { ...env, CARGO_TARGET_DIR: target } });
      return output(path.join(target, "debug/edge-events-token-client"));
    },
  };

  for (const [who, signed] of Object.entries(signers)) {
    it(`signed by ${who} reads what it says for an hour, and nothing else`, async () => {
      const before = Math.floor(Date.now() / 1000);
      const token = signed();
      const { exp, subscribe } = claims(token);
      assert.deepEqual(subscribe, ["orders/42"]);
      assert.ok(exp >= before + HOUR_S && exp <= Date.now() / 1000 + HOUR_S, String(exp));

      const status = async (method, name, body) => {
        const headers = { ...as(token), ...(body && JSON_TYPE) };
        const path = `/channels/${name}${method === "GET" ? "?offset=-1" : ""}`;
        return (await request(runtime, { method, path, headers, body })).status;
      };
      assert.equal(await status("GET", "orders/42"), 200);
      assert.equal(await status("GET", "orders/43"), 403);
      assert.equal(await status("POST", "orders/42", "2"), 403);
    });
  }

  it("in Rust is what the tests compile", () => {
    assert.equal(readFileSync(path.join(rust, "src/main.rs"), "utf8"), example("rust"));
  });

  it("is there for six languages", () => {
    for (const language of ["js", "python", "rust", "go", "php", "ruby"]) {
      assert.match(example(language), /orders\/42/, language);
    }
  });
});

describe("npm run token", () => {
  const runtime = runtimeWith({ CHANNELS_SECRET: SECRET });
  const token = (...args) =>
    spawnSync(process.execPath, [path.join(root, "scripts/token.mjs"), ...args], { env, encoding: "utf8" });

  it("signs what it is asked for, says so, and prints the token alone on stdout", async () => {
    const { status, stdout, stderr } = token(
      "--subscribe",
      "a/*",
      "--publish=a/b",
      "--publish",
      "c",
      "--ttl",
      "15m",
    );
    assert.equal(status, 0);
    assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { exp, ...rest } = claims(stdout.trim());
    assert.deepEqual(rest, { subscribe: ["a/*"], publish: ["a/b", "c"] });
    assert.ok(exp - Date.now() / 1000 <= 900 && exp - Date.now() / 1000 > 800);
    assert.match(stderr, /may read: +every channel that begins with a\//);
    assert.match(stderr, /may write to: a\/b, c /);
    assert.ok(stderr.includes(new Date(exp * 1000).toISOString()));
    assert.ok(!stderr.includes(SECRET));
    const headers = { Authorization: `Bearer ${stdout.trim()}`, "Content-Type": "text/plain" };
    const publish = { method: "POST", headers, body: "x" };
    assert.equal((await request(runtime, { path: "/channels/a/b", ...publish })).status, 201);
    assert.equal((await request(runtime, { path: "/channels/a/c", ...publish })).status, 403);
  });

  /** @type {Record<string, [string[], RegExp]>} */
  const refusals = {
    nothing: [[], /allows nothing/],
    "no value": [["--subscribe"], /--subscribe needs a value/],
    "an option for a value": [["--subscribe", "--publish", "a"], /--subscribe needs a value/],
    "another option": [["--read", "a"], /--read is not an option/],
    "a * in the middle": [["--subscribe", "a*b"], /a \* may stand at its end only/],
    "a path": [["--subscribe", "/channels/a"], /no name begins with \//],
    "an empty segment": [["--publish", "a//b"], /no segment of a name is empty/],
    dots: [["--publish", "a/../b"], /no segment of a name is empty/],
    "an escape": [["--publish", "a%2Fb"], /write \/ for %2F/],
    "what is reserved": [["--publish", "__ds/a"], /reserved/],
    "a name that is too long": [["--publish", "é".repeat(129)], /256 bytes/],
    "no time": [["--subscribe", "a", "--ttl", "1"], /is no time/],
    "31 days": [["--subscribe", "a", "--ttl", "31d"], /longer than a token may be good: 30d/],
  };
  for (const [what, [args, why]] of Object.entries(refusals)) {
    it(`refuses ${what}`, () => {
      const { status, stdout, stderr } = token(...args);
      assert.equal(status, 1);
      assert.equal(stdout, "");
      assert.match(stderr, why);
    });
  }

  it("needs a secret of 32 characters", () => {
    const run = (secret) =>
      spawnSync(process.execPath, [path.join(root, "scripts/token.mjs"), "--subscribe", "a"], {
        env: { ...env, CHANNELS_SECRET: secret },
        encoding: "utf8",
      });
    const { status, stderr } = run("short");
    assert.equal(status, 1);
    assert.match(stderr, /has 5 characters: at least 32 are needed/);
  });
});
