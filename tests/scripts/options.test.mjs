// The arguments of the scripts.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { experimental_getWranglerCommands as wranglerCommands } from "wrangler";
import { readArguments } from "../../scripts/lib/options.mjs";
import { nearest } from "../../scripts/lib/suggest.mjs";
import { nodeTests } from "../../scripts/test.mjs";
import { wranglerUsage } from "../../scripts/wrangler/command-line.mjs";
import { DEPLOY, DEV } from "../../scripts/wrangler/options.mjs";
import { root } from "../support/runtime.mjs";

const start = wranglerUsage("npm start", "Starts it.", DEV, { port: { what: "the port" } });
const deploy = wranglerUsage("npm run deploy", "Deploys it.", DEPLOY, {});
const values = (...args) => readArguments(start, args, {})?.values;
const refused = (pattern, usage, args, env = {}) =>
  assert.throws(() => readArguments(usage, args, env), { name: "Error", message: pattern });

describe("an option", () => {
  it("is read in each way that wrangler reads it", () => {
    assert.deepEqual(values("--port", "9000"), { port: "9000" });
    assert.deepEqual(values("--port=9000"), { port: "9000" });
    assert.deepEqual(values("-c", "a.toml", "--env=prod"), { config: "a.toml", env: "prod" });
    assert.deepEqual(values("--liveReload", "--no-minify"), { "live-reload": true, minify: false });
    assert.deepEqual(values("--minify", "false", "-l"), { minify: false, local: true });
    assert.deepEqual(values("--var", "A:1", "B:2", "--var=C:3"), { var: ["A:1", "B:2", "C:3"] });
    assert.deepEqual(values("--port", "1", "--port", "2"), { port: "2" });
  });

  it("that is not known is refused, with the one that was meant", () => {
    refused(/^--prot is not an option\. Did you mean --port\?\n.*npm start -- --help$/, start, [
      "--prot",
      "9000",
    ]);
    refused(/^--wtf is not an option\n/, start, ["--wtf"]);
    refused(/^--dryrun is not an option\. Did you mean --dry-run\?/, deploy, ["--dryrun"]);
    refused(/^-x is not an option/, deploy, ["-x"]);
  });

  it("without its value, and a word that is no file, are refused", () => {
    refused(/^--port needs a value/, start, ["--port"]);
    refused(/^--port needs a value/, start, ["--port", "--ip", "::"]);
    refused(/^8988: there is no such file/, start, ["8988"]);
    assert.deepEqual(readArguments(start, ["src/platform/entry.js"], {})?.words, ["src/platform/entry.js"]);
  });

  /** @type {[typed: string, usage: object, args: string[], env: NodeJS.ProcessEnv, meant: string][]} */
  const kept = [
    ["npm start --port 8988", start, ["8988"], { npm_config_port: "true" }, "npm start -- --port 8988"],
    ["npm start --port=8988", start, [], { npm_config_port: "8988" }, "npm start -- --port 8988"],
    ["npm start --local", start, [], { npm_config_local: "true" }, "npm start -- --local"],
    ["npm start -c a.toml", start, [], { npm_config_call: "a.toml" }, "npm start -- -c a.toml"],
    [
      "npm run deploy --dry-run --env prod",
      deploy,
      ["prod"],
      { npm_config_dry_run: "true", npm_config_env: "true" },
      "npm run deploy -- --env prod --dry-run",
    ],
  ];
  for (const [typed, usage, args, env, meant] of kept) {
    it(`that npm kept for itself is missed: ${typed}`, () => {
      const pattern = new RegExp(`^npm has kept .* for itself\\. Did you mean \`${meant}\`\\?$`);
      refused(pattern, usage, args, { npm_lifecycle_event: "start", ...env });
    });
  }

  it("of npm's own stays npm's", () => {
    const env = { npm_lifecycle_event: "deploy", npm_config_tag: "beta", npm_config_yes: "true" };
    assert.deepEqual(readArguments(deploy, [], env), { values: {}, words: [] });
  });
});

describe("the options of wrangler", () => {
  const { registry, globalFlags } = wranglerCommands();
  for (const [command, known] of Object.entries({ dev: DEV, deploy: DEPLOY })) {
    it(`${command} that scripts/wrangler/options.mjs lists are those of the wrangler that is installed`, () => {
      const { args, positionalArgs = [] } = /** @type {any} */ (registry.subtree.get(command)).definition;
      const all = Object.entries({ ...globalFlags, ...args }).filter(
        ([name]) => !positionalArgs.includes(name),
      );
      const kind = ({ type, array }) => (type === "boolean" ? "flag" : array ? "values" : "value");
      const expected = all.map(([name, its]) => [
        name,
        { kind: kind(its), aliases: [its.alias ?? []].flat() },
      ]);
      assert.deepEqual(known, Object.fromEntries(expected));
    });
  }
});

describe("the scripts", () => {
  const names = ["setup", "build", "start", "test", "lint", "deploy"];
  const scripts = names.map((name) => [name, `scripts/${name}.mjs`]);
  scripts.push(["bench", "bench/run.mjs"]);
  for (const [name, script] of scripts) {
    it(`${name} --help says what it takes, at once`, () => {
      const text = execFileSync(process.execPath, [script, "--help"], {
        cwd: root,
        encoding: "utf8",
      });
      assert.match(
        text,
        /^(npm (start|test|run \w+)|node scripts\/setup\.mjs)( -- \[options\]| \[options\])?( \[\w+ \.\.\.\])?\n\n/,
      );
      assert.match(text, /^ {2}--help +show this$/m);
    });

    it(`${name} refuses what it does not take before it does anything`, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--hepl"], {
        cwd: root,
        encoding: "utf8",
      });
      assert.equal(status, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /^\nStopped: --hepl is not an option.*\nAll that it takes: /);
    });
  }

  it("that run tests fail where there are none", async () => {
    await assert.rejects(
      nodeTests("tests/native")({}),
      /no tests in tests\/native: \*\.test\.mjs is expected there/,
    );
  });

  it("suggest a name only where a third of it differs at most", () => {
    assert.equal(nearest("MAX_STREAM", ["MAX_STREAMS", "RETRY_MS"]), "MAX_STREAMS");
    assert.equal(nearest("prot", ["port", "host"]), "port");
    assert.equal(nearest("DATABASE_URL", ["MAX_STREAMS", "RETRY_MS"]), undefined);
  });
});
