// Set-up: what must be there first, the wasm-bindgen program, and browsers for the tests.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { mayApt, notInApt } from "../../scripts/setup/apt.mjs";
import { sentenceWithout } from "../../scripts/setup/engines.mjs";
import { missing, sentence } from "../../scripts/setup/prerequisites.mjs";
import { downloadRelease, WASM_BINDGEN } from "../../scripts/setup/wasm-bindgen.mjs";

describe("what must be installed first", () => {
  const rustc = (version) =>
    `rustc ${version} (abc 2026-01-01)\nhost: x86_64-unknown-linux-gnu\nrelease: ${version}`;
  const complete = {
    platform: "linux",
    node: "18.0.0",
    rustc: rustc("1.91.0"),
    has: () => true,
    succeeds: () => true,
    compilesTools: true,
    makesPython: true,
  };
  const names = (system) => missing({ ...complete, ...system }).map(({ what }) => what);
  const without = (...programs) => ({ has: (program) => !programs.includes(program) });

  const failing = (program) => ({ succeeds: (one) => one !== program });

  it("is nothing on a machine that has it all", () => {
    assert.deepEqual(names({}), []);
  });

  /** @type {[what: string, system: object, expected: RegExp[]][]} */
  const table = [
    ["a C compiler", without("cc"), [/^a C compiler and linker \(cc\)$/]],
    ["pkg-config", without("pkg-config"), [/^pkg-config, which worker-build is compiled with$/]],
    ["OpenSSL's headers", failing("pkg-config"), [/^OpenSSL's headers/]],
    ["Python", failing("python3"), [/^Python 3 with its venv module/]],
    ["npm", without("npm"), [/^npm$/]],
    ["Rust", { ...without("cargo"), rustc: null }, [/^Rust \(cargo and rustc\)$/]],
    ["a newer Rust", { rustc: rustc("1.90.0") }, [/^Rust 1\.91 or newer \(this is rustc 1\.90\.0 /]],
    ["a newer Node", { node: "16.20.0" }, [/^Node 18 or newer \(this is 16\.20\.0\)$/]],
    [
      "all at once",
      { ...without("cc", "npm"), succeeds: () => false },
      [/^npm$/, /^a C/, /^OpenSSL/, /^Python/],
    ],
  ];
  for (const [what, system, expected] of table) {
    it(`names ${what}`, () => {
      const found = names(system);
      assert.equal(found.length, expected.length, `${found}`);
      for (const [index, pattern] of expected.entries()) assert.match(found[index], pattern);
    });
  }

  it("wants OpenSSL only on Linux, and only while worker-build is still to be compiled", () => {
    const none = { ...without("pkg-config"), ...failing("ls") };
    assert.deepEqual(names({ ...none, compilesTools: false }), []);
    assert.deepEqual(names({ ...none, platform: "darwin" }), []);
  });

  it("is said in one message, with one command for Debian's packages", () => {
    const lacking = missing({
      ...complete,
      ...without("cc", "pkg-config", "cargo"),
      rustc: null,
      succeeds: () => false,
    });
    const text = sentence(lacking, true);
    assert.match(text, /^this machine lacks:\n( {2}- .*\n){5}Install them and come back:\n/);
    assert.match(text, /apt-get install -y gcc libc6-dev pkg-config libssl-dev python3 python3-venv\n/);
    assert.match(text, /https:\/\/sh\.rustup\.rs/);
    assert.match(sentence(lacking, false), /install your system's C compiler\n/);
  });
});

describe("the wasm-bindgen program", () => {
  let server;
  let directory;
  let answer;
  const asked = [];
  const target = () => path.join(directory, "bin/wasm-bindgen");
  const download = () =>
    downloadRelease(
      path.join(directory, "log"),
      target(),
      `http://127.0.0.1:${server.address().port}/releases`,
    );
  before(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), "edge-events-setup-"));
    server = http.createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      answer(request, response);
    });
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  });
  after(() => {
    server.close();
    rmSync(directory, { recursive: true });
  });

  /** An archive as a release has it, whose program prints this. */
  function archive(says) {
    const name = asked.at(-1).match(/([^/]+)\.tar\.gz$/)[1];
    mkdirSync(path.join(directory, name), { recursive: true });
    const program = path.join(directory, name, "wasm-bindgen");
    writeFileSync(program, `#!/bin/sh\necho "${says}"\n`);
    chmodSync(program, 0o755);
    return execFileSync("tar", ["-czf", "-", "-C", directory, name]);
  }

  it("is the one that was downloaded, once it has said its version", async () => {
    answer = (_, response) => response.end(archive(`wasm-bindgen ${WASM_BINDGEN}`));
    await download();
    assert.match(asked.at(-1), new RegExp(`^GET /releases/${WASM_BINDGEN}/wasm-bindgen-${WASM_BINDGEN}-`));
    assert.match(readFileSync(target(), "utf8"), /^#!/);
    rmSync(target());
  });

  /** @type {[what: string, reply: import("node:http").RequestListener, reason: RegExp][]} */
  const failures = [
    [
      "a server that answers HEAD and refuses the download",
      ({ method }, response) => response.writeHead(method === "HEAD" ? 200 : 403).end(),
      /answered 403/,
    ],
    [
      "a connection that breaks off",
      (_, response) => response.writeHead(200).end("half", () => response.destroy()),
      /./,
    ],
    ["a page instead of an archive", (_, response) => response.end("<!doctype html>"), /tar/],
    [
      "a program of another version",
      (_, response) => response.end(archive("wasm-bindgen 0.1.0")),
      /does not run here/,
    ],
  ];
  for (const [what, reply, reason] of failures) {
    it(`is not there after ${what}, so that it gets compiled`, async () => {
      answer = reply;
      await assert.rejects(download(), reason);
      assert.equal(existsSync(target()), false);
    });
  }

  it("is not waited for where nobody listens", async () => {
    await assert.rejects(
      downloadRelease(path.join(directory, "log"), target(), "http://127.0.0.1:1/releases"),
      /127\.0\.0\.1:1/,
    );
  });
});

describe("browsers for the tests", () => {
  const webkit = { name: "WebKit", packages: ["webkit2gtk-driver", "xvfb"] };

  it("are installed by root, where there is apt-get", () => {
    assert.equal(mayApt({ apt: true, root: true }), null);
    assert.match(mayApt({ apt: false, root: true }) ?? "", /no apt-get/);
    assert.match(mayApt({ apt: true, root: false }) ?? "", /only root/);
  });

  it("are not looked for under names that apt-get does not know, as those of Debian on Ubuntu", () => {
    assert.equal(
      notInApt(webkit.packages, () => true),
      null,
    );
    assert.equal(
      notInApt(webkit.packages, (name) => name === "xvfb"),
      "apt-get knows no package webkit2gtk-driver",
    );
  });

  it("are missed in one sentence that says why, and the command to type", () => {
    const text = sentenceWithout(webkit, "there is no apt-get: this is no Debian");
    assert.match(text, /^no WebKit for the tests, so those with WebKit are skipped: .*there is no apt-get/);
    assert.match(text, /apt-get install -y --no-install-recommends webkit2gtk-driver xvfb$/);
  });
});
