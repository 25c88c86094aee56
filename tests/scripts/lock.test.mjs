// The lock, taken by many processes that are killed while they hold it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { locked } from "../../scripts/lib.mjs";
import { sleep, waitFor } from "../support/wait.mjs";

const fixture = (name) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const lines = (file) => (existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : []);

describe("the lock", () => {
  const running = new Set();
  let directory;
  const inDirectory = (name) => path.join(directory, name);
  beforeEach(() => (directory = mkdtempSync(path.join(os.tmpdir(), "edge-events-lock-"))));
  after(() => running.forEach((child) => child.kill("SIGKILL")));

  function start(name) {
    const child = spawn(process.execPath, [fixture(name), directory], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    running.add(child);
    const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
    ended.then(() => running.delete(child));
    return { child, ended };
  }

  it("is held by one process at a time, however many of them die with it", async () => {
    const DEATHS = 100;
    const ends = [];
    const keepOneAlive = async () => {
      while (ends.length < DEATHS) ends.push(await start("locker.mjs").ended);
    };
    const storm = Promise.all(Array.from({ length: 8 }, keepOneAlive));
    const entries = () => lines(inDirectory("entries")).length;
    for (let seen = 0; ends.length < DEATHS; seen = entries()) {
      // Somebody must have got the lock since the last one was killed, however slow the machine is.
      await waitFor(() => entries() > seen || ends.length >= DEATHS, {
        what: "the lock to be taken",
        ceiling: 60_000,
      });
      await sleep(Math.random() * 50);
      const all = [...running];
      all[Math.floor(Math.random() * all.length)]?.kill("SIGKILL"); // at any moment, not only inside
    }
    for (const child of running) child.kill("SIGKILL");
    await storm;

    assert.deepEqual(new Set(ends), new Set(["SIGKILL"]));
    assert.deepEqual(lines(inDirectory("intruders")), []);
    assert.equal(await locked("contended", () => "taken", directory), "taken");
    rmSync(directory, { recursive: true });
  });

  it("waits for the commands of a holder that was killed", async () => {
    const { child, ended } = start("holder.mjs");
    await waitFor(() => existsSync(inDirectory("running")), { what: "the holder's command to run" });
    child.kill("SIGKILL");
    await ended;
    /** @type {string | undefined} */
    let entered;
    const next = locked(
      "contended",
      () => (entered = existsSync(inDirectory("ended")) ? "after it" : "beside it"),
      directory,
    );
    await sleep(500); // it must not enter, however long this takes: then there is nothing to wait for
    assert.equal(entered, undefined);
    writeFileSync(inDirectory("go"), "");
    await next;
    assert.equal(entered, "after it");
    rmSync(directory, { recursive: true });
  });

  it("is never seen half written", async () => {
    let ended = false;
    const taking = (async () => {
      for (let times = 0; times < 300; times += 1) await locked("contended", () => sleep(0), directory);
      ended = true;
    })();
    const watcher = spawn(process.execPath, [fixture("watcher.mjs"), inDirectory("contended.lock")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    running.add(watcher);
    const seen = new Promise((resolve) => {
      let text = "";
      watcher.stdout.on("data", (data) => (text += data));
      watcher.stdout.once("end", () => resolve(JSON.parse(text)));
    });
    await taking;
    watcher.stdin.end();
    const { looks, kinds } = await seen;
    assert.ok(ended && looks > 1000, `${looks} looks`);
    assert.equal(kinds.length, 1, `seen: ${JSON.stringify(kinds)}`);
    assert.match(kinds[0], new RegExp(`^${process.pid} \\S+ \\S*$`));
    rmSync(directory, { recursive: true });
  });

  for (const [what, content] of [
    ["a power cut left empty", ""],
    ["of a process that is gone", "4194305 123 0"],
    ["of a process with the number of one that runs", `${process.pid} 123 0`],
    ["that nobody wrote", "what is this?"],
  ]) {
    it(`is taken over from a file ${what}, once, and leaves nothing behind`, async () => {
      writeFileSync(inDirectory("contended.lock"), content);
      let holders = 0;
      const enter = () =>
        locked(
          "contended",
          async () => {
            assert.equal((holders += 1), 1);
            await sleep(5);
            holders -= 1;
          },
          directory,
        );
      await Promise.all(Array.from({ length: 8 }, enter));
      assert.deepEqual(readdirSync(directory), []);
      rmSync(directory, { recursive: true });
    });
  }

  it("is given back when the work fails", async () => {
    await assert.rejects(
      locked("contended", () => Promise.reject(new Error("no")), directory),
      /^Error: no$/,
    );
    assert.deepEqual(readdirSync(directory), []);
    rmSync(directory, { recursive: true });
  });
});
