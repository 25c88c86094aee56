// The module's types, by the compiler that its users have.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { root } from "../support/runtime.mjs";

const STRICT =
  "--noEmit --strict --target es2022 --module esnext --moduleResolution bundler --lib es2022,dom,dom.iterable";
const at = (name) => path.join(root, name);
const modules = ["edge-events.js", "channels.js"];
const docs = readFileSync(at("docs/client.md"), "utf8");

/** The errors of `tsc`, by the line that each is about. */
function tsc(cwd, args) {
  return new Promise((resolve, reject) => {
    execFile(at("node_modules/.bin/tsc"), args, { cwd }, (error, output) => {
      if (error && !/error TS/.test(output)) reject(new Error(`${error.message}\n${output}`));
      else resolve(output.trim() ? output.trim().split("\n") : []);
    });
  });
}

/** What the first group of `pattern` matches in `text`. */
function found(pattern, text) {
  const match = pattern.exec(text);
  assert.ok(match, `nothing fits ${pattern}`);
  return match[1];
}

describe("the module’s types", () => {
  let project;
  before(() => {
    project = mkdtempSync(path.join(os.tmpdir(), "edge-events-types-"));
    for (const name of modules) copyFileSync(at(`public/${name}`), path.join(project, name));
  });
  after(() => rmSync(project, { recursive: true }));

  /** Compiles a file beside the module. */
  async function compile(name, text, ...options) {
    writeFileSync(path.join(project, name), text);
    return tsc(project, [name, ...STRICT.split(" "), ...options]);
  }
  const consumer = (name) =>
    readFileSync(at(`tests/client/consumers/${name}`), "utf8").replaceAll("../../../public/", "./");

  it("hold for the module itself and the page", async () => {
    const names = readdirSync(at("public")).filter((name) => name.endsWith(".js"));
    assert.ok(names.length >= 7);
    const files = names.map((name) => at(`public/${name}`));
    assert.deepEqual(await tsc(project, [...files, ...STRICT.split(" "), "--allowJs", "--checkJs"]), []);
  });

  it("serve a consumer in checked JavaScript", async () => {
    const errors = await compile("javascript.js", consumer("javascript.js"), "--allowJs", "--checkJs");
    assert.deepEqual(errors, []);
  });

  for (const name of ["typescript.ts", "following.ts"]) {
    it(`serve a consumer in TypeScript that takes JavaScript in: ${name}`, async () => {
      assert.deepEqual(await compile(name, consumer(name), "--allowJs"), []);
    });
  }

  const wrong = `import { connect } from "./edge-events.js";
import { follow } from "./channels.js";
const ticks = connect("/events");
ticks.addEventListener("tikc", () => {});
ticks.addEventListener("message", () => {});
ticks.removeEventListener("tikc", () => {});
ticks.addEventListener("state", ({ detail }) => detail.retryat);
ticks.addEventListener("state", ({ detail }) => detail.state === "alive");
ticks.addEventListener("tick", ({ detail }) => detail.lagg);
ticks.addEventListener("tick", ({ detail }) => detail.lag + 1);
ticks.addEventListener("gap", ({ detail }) => detail.resumedAt);
ticks.addEventListener("rotate", ({ detail }) => detail.reasons);
ticks.addEventListener("overload", ({ detail }) => detail.retryMs);
ticks.addEventListener("duplicate", ({ detail }) => detail.ids);
follow("/channels/x", { form: "start" });
follow("/channels/x", { from: 20 });
follow("/channels/x").addEventListener("tick", () => {});
follow("/channels/x").addEventListener("message", ({ detail }) => detail.values);
follow("/channels/x").append("x", { name: "x" });
connect("/events", { intervall: 1000 });
connect("/events", { interval: "1000" });
ticks.close();
ticks.lasteventid;
`;
  const FIRST_WRONG = 4;
  const lines = wrong.split("\n").length - 1;
  const wrongLines = Array.from({ length: lines - FIRST_WRONG + 1 }, (_, k) => k + FIRST_WRONG);
  const linesOf = (errors) => errors.map((error) => Number(/\((\d+),\d+\): error TS/.exec(error)?.[1]));

  for (const [name, ...options] of [
    ["wrong.js", "--allowJs", "--checkJs"],
    ["wrong.ts", "--allowJs"],
  ]) {
    it(`refuse each event, detail and option that is misspelt: ${name}`, async () => {
      assert.deepEqual(linesOf(await compile(name, wrong, ...options)), wrongLines);
    });
  }

  describe("as a declaration file, made as the documentation says", () => {
    before(async () => {
      const command = found(/```sh\nnpx tsc ([^\n]+)\n```/, docs);
      assert.deepEqual(await tsc(project, command.split(" ")), []);
      for (const name of modules) {
        assert.ok(existsSync(path.join(project, name.replace(".js", ".d.ts"))), name);
        rmSync(path.join(project, name));
      }
    });

    for (const name of ["typescript.ts", "following.ts"]) {
      it(`serve a consumer in TypeScript: ${name}`, async () => {
        assert.deepEqual(await compile(name, consumer(name)), []);
      });
    }

    it("serve the documentation’s example", async () => {
      const example = found(/```ts\n([\s\S]+?)```/, docs);
      assert.deepEqual(await compile("example.ts", example), []);
    });

    it("refuse what is misspelt", async () => {
      assert.deepEqual(linesOf(await compile("wrong.ts", wrong)), wrongLines);
    });
  });
});

describe("the module’s documentation", () => {
  const module = readFileSync(at("public/edge-events.js"), "utf8");
  const head = module.slice(0, 300);

  /** The properties of a typedef in the module. */
  const properties = (type, text = module) => {
    const body = found(new RegExp(`@typedef \\{object\\} ${type}\\b([\\s\\S]*?)(?:@typedef|\\*/)`), text);
    return [...body.matchAll(/@property \{[^\n]*?\} \[?(\w+)\]?/g)].map(([, name]) => name);
  };
  const row = (name) => docs.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));

  it("names each option of channels, and each event with what is in its detail", () => {
    const channels = readFileSync(at("public/channels.js"), "utf8");
    const section = docs.slice(docs.indexOf("## Channels"), docs.indexOf("## Other streams"));
    const rowOf = (name) =>
      section.split("\n").find((line) => line.startsWith("|") && line.split("|")[1].includes(`\`${name}\``));
    assert.ok(properties("Options", channels).length >= 7);
    for (const name of properties("Options", channels)) assert.ok(rowOf(name), `${name} has no row`);
    for (const name of properties("Events", channels)) assert.ok(rowOf(name), `${name} has no row`);
    for (const [name, type] of [
      ["message", "Message"],
      ["gap", "Gap"],
    ]) {
      for (const field of properties(type, channels)) assert.ok(rowOf(name)?.includes(`\`${field}\``), field);
    }
  });

  it("names each option", () => {
    assert.ok(properties("Options").length >= 6);
    for (const name of properties("Options")) assert.ok(row(name), `${name} has no row in docs/client.md`);
  });

  it("names each event, and what is in its detail", () => {
    const events = properties("Events");
    assert.deepEqual(events, ["state", "tick", "gap", "rotate", "overload", "duplicate"]);
    const table = docs.slice(docs.indexOf("| event |"));
    const details = { state: properties("State"), tick: properties("Tick"), gap: properties("Gap") };
    for (const name of events) {
      const line = table.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
      assert.ok(line, `${name} has no row`);
      for (const field of details[name] ?? []) assert.ok(line.includes(`\`${field}\``), `${name}: ${field}`);
    }
  });

  it("names each reason that the module knows", () => {
    const told = found(/@property \{string\} \[reason\]([\s\S]*?)@property/, module);
    const reasons = [...told.matchAll(/`(\w+)`/g)].map(([, reason]) => reason);
    assert.ok(reasons.length >= 10);
    const states = docs.slice(docs.indexOf("### States"), docs.indexOf("## What it has"));
    for (const reason of reasons) assert.ok(states.includes(`| \`${reason}\` |`), reason);
  });

  it("is in the file as far as version and licence go", () => {
    const { version, license } = JSON.parse(readFileSync(at("package.json"), "utf8"));
    assert.match(
      readFileSync(at("public/channels.js"), "utf8"),
      new RegExp(`edge-events channels ${version}\n`),
    );
    assert.ok(
      head.includes(`edge-events client ${version}\n`),
      `the first lines of public/edge-events.js must name version ${version}, as package.json does`,
    );
    assert.ok(head.includes(`SPDX-License-Identifier: ${license}`));
    assert.ok(head.includes(found(/(Copyright .*)/, readFileSync(at("LICENSE-MIT"), "utf8"))));
  });
});
