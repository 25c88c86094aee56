// Build, start and deploy ask the built Worker about its variables before anything is served or sent.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { makeProject } from "./project.mjs";

describe("the variables", () => {
  let project;
  let delivered;
  before(() => {
    project = makeProject();
    delivered = project.read("wrangler.toml");
  });
  after(() => project.dispose());

  /** Runs a script with wrangler.toml as it comes, changed by `[pattern, replacement]`s, and lines added. */
  async function run(script, args, changes = [], added = "") {
    const text = changes.reduce((toml, [pattern, replacement]) => {
      assert.match(toml, pattern);
      return toml.replace(pattern, replacement);
    }, delivered);
    project.write("wrangler.toml", `${text}${added}`);
    const process = project.run(script, ...args);
    return { code: await process.ended, said: process.said };
  }

  it("of every environment are named by build, all that cannot be used, and those that nobody reads", async () => {
    const { code, said } = await run(
      "build",
      [],
      [
        [/^TICK_INTERVAL_MS = .*$/m, 'TICK_INTERVAL_MS = "5"'],
        [/^MAX_STREAMS = .*$/m, "MAX_STREAMS = [1000]\nMAX_STREAM = 3"],
        [/^RETRY_MS = .*$/m, "RETRY_MS = 2000"],
        [/^EVENTS_ENABLED = .*$/m, 'EVENTS_ENABLED = true\nGREETING = "hello"\nFLAGS = ["a"]'],
      ],
      "\n[env.prod.vars]\nHEARTBEAT_MS = 99\n",
    );
    assert.equal(code, 1);
    const [, stopped] = said.split("Stopped: ");
    assert.equal(
      stopped,
      [
        "the Worker cannot use its variables ([vars] of wrangler.toml):",
        '  TICK_INTERVAL_MS is "5"; allowed is a whole number from 100 to 60000',
        "  MAX_STREAMS is [1000]; allowed is a whole number from 1 to 100000",
        "  MAX_STREAM is not known; did you mean MAX_STREAMS?",
        "the Worker cannot use its variables ([env.prod.vars] of wrangler.toml):",
        '  HEARTBEAT_MS is "99"; allowed is a whole number from 100 to 60000',
        "",
      ].join("\n"),
    );
    for (const name of ["GREETING", "FLAGS"])
      assert.match(said, new RegExp(`^Warning: the Worker reads no variable ${name}, which \\[vars\\]`, "m"));
  });

  it("as delivered are fine", async () => {
    project.remove(".toolchain/stamps/variables-build");
    assert.deepEqual(await run("build", []), { code: 0, said: "" });
    assert.notEqual(project.read(".toolchain/stamps/variables-build"), "");
  });

  it("stop start: those of the environment, of --var and of .dev.vars, whose secrets are nobody's business", async () => {
    project.write(".dev.vars.prod", 'RETRY_MS = "7"\nMY_SECRET = "hush"\n');
    const prod = "\n[env.prod.vars]\nMAX_STREAMS = 0\n";
    const { code, said } = await run(
      "start",
      ["--port", "0", "-e", "prod", "--var", "MAX_STREAM_MS:1", "OTHER:1"],
      [],
      prod,
    );
    project.remove(".dev.vars.prod");
    assert.equal(code, 1);
    assert.match(said, /MAX_STREAMS is "0"; allowed/);
    assert.match(said, /RETRY_MS is "7"; allowed/);
    assert.match(said, /MAX_STREAM_MS is "1"; allowed/);
    assert.equal(said.match(/ is ".*"; allowed/g).length, 3);
    assert.doesNotMatch(said, /wrangler 4|MY_SECRET|OTHER/);
  });

  it("stop deploy, which does not read .dev.vars; good ones do not", async () => {
    project.write(".dev.vars", 'RETRY_MS = "7"\n');
    const bad = await run("deploy", ["--dry-run", "--var", "MAX_STREAM:1"]);
    assert.equal(bad.code, 1);
    assert.match(bad.said, /MAX_STREAM is not known; did you mean MAX_STREAMS\?\n$/);
    assert.doesNotMatch(bad.said, /RETRY_MS|wrangler 4/);
    const good = await run("deploy", ["--dry-run", "--outdir", project.at("out")]);
    assert.equal(good.code, 0, good.said);
    assert.match(good.said, /--dry-run: exiting now/);
    project.remove(".dev.vars");
  });

  it("that cannot be read at all are said to be so", async () => {
    const { code, said } = await run("build", [], [], "\n[vars\n");
    assert.equal(code, 1);
    assert.match(said, /^\nStopped: the variables of wrangler\.toml cannot be read: .*\S/);
  });
});
