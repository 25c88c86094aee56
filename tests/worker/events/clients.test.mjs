// Clients that this project did not write follow the stream through planned ends and crashes.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { before, describe, it } from "node:test";
import { sleep, waitFor } from "../../support/client.mjs";
import { root, startRuntime } from "../../support/runtime.mjs";
import { fromSetUp } from "../../support/set-up.mjs";

const INTERVAL = 100;
const ROTATIONS = 20;
const CRASHES = 5;
const vars = { MAX_STREAM_MS: 1000, RETRY_MS: 200, MAX_REPLAY_TICKS: 10 };

const clients = path.join(root, "tests/clients");

/**
 * Each client prints a line for each event: type, id, data, separated by tabs.
 *
 * @type {Record<string, (url: string) => [command: string, ...args: string[]]>}
 */
const kinds = {
  "npm's eventsource": (url) => [process.execPath, path.join(clients, "npm_eventsource_client.mjs"), url],
  "Python's httpx-sse": (url) => [fromSetUp("python"), path.join(clients, "httpx_sse_client.py"), url],
  "Rust's eventsource-client": (url) => [
    path.join(root, "target/clients/debug/edge-events-rust-client"),
    url,
  ],
  "Chromium's EventSource": (url) => [
    process.execPath,
    path.join(clients, "chromium_client.mjs"),
    url,
    fromSetUp("chromium"),
  ],
};

class Client {
  events = [];
  opened = 0;

  constructor(kind, [command, ...args]) {
    this.kind = kind;
    this.process = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" },
    });
    this.errors = "";
    this.process.stderr.on("data", (text) => (this.errors += text));
    this.process.on("exit", (code, signal) => (this.exit = { code, signal }));
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      const [type, id, data] = line.split("\t");
      if (type === "open") this.opened += 1;
      else this.events.push({ type, id, data });
    });
  }

  count(type) {
    return this.events.filter((event) => event.type === type).length;
  }

  check() {
    if (this.exit) throw new Error(`${this.kind} ended (${JSON.stringify(this.exit)}): ${this.errors}`);
    return this;
  }
}

/** Every tick once and in order, or accounted for by the gap event before the tick that follows it. */
function account(events) {
  let last;
  let gap;
  const sums = { ticks: 0, gaps: 0, missed: 0 };
  for (const { type, id, data } of events) {
    if (type === "gap") {
      gap = JSON.parse(data);
      assert.equal(gap.after, last, `the gap begins after the last tick: ${data}`);
    }
    if (type !== "message") continue;
    const tick = Number(id);
    if (last !== undefined && tick !== last + INTERVAL) {
      const missed = (tick - last) / INTERVAL - 1;
      assert.deepEqual(gap, { after: last, resumed_at: tick, missed }, `${last} is followed by ${tick}`);
      sums.gaps += 1;
      sums.missed += missed;
    }
    gap = undefined;
    last = tick;
    sums.ticks += 1;
  }
  return sums;
}

describe("clients of four kinds", () => {
  before(() => {
    execFileSync(
      "cargo",
      ["build", "--locked", "--quiet", "--manifest-path", path.join(clients, "rust/Cargo.toml")],
      {
        env: { ...process.env, CARGO_TARGET_DIR: path.join(root, "target/clients") },
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
  });

  it(`lose no tick and see none twice over ${ROTATIONS} rotations and ${CRASHES} crashes of the runtime`, async (test) => {
    let runtime = await startRuntime({ vars });
    const url = `${runtime.url}/events?interval=${INTERVAL}`;
    const all = Object.entries(kinds).map(([kind, command]) => new Client(kind, command(url)));
    test.after(() => {
      all.forEach((client) => client.process.kill());
      return runtime.stop();
    });
    const everyClient = (condition, what) =>
      waitFor(() => all.every((client) => condition(client.check())), { what, ceiling: 60_000 });

    for (let crash = 1; crash <= CRASHES; crash += 1) {
      const had = new Map(all.map((client) => [client, client.count("rotate")]));
      await everyClient(
        (client) => client.count("rotate") >= (had.get(client) ?? 0) + 2,
        "two more rotations of each client",
      );
      await runtime.kill();
      // Every other time for so long that more is missed than is replayed.
      if (crash % 2 === 0) await sleep(2 * vars.MAX_REPLAY_TICKS * INTERVAL);
      runtime = await startRuntime({ vars, port: runtime.port });
    }
    await everyClient(
      (client) => client.count("rotate") >= ROTATIONS,
      `${ROTATIONS} rotations of each client`,
    );

    for (const client of all) {
      const { kind } = client;
      const sums = account(client.events);
      test.diagnostic(
        `${kind}: ${client.opened} connections, ${client.count("rotate")} rotations, ${JSON.stringify(sums)}`,
      );
      assert.ok(sums.gaps >= 2, `${kind} saw ${sums.gaps} gaps; two crashes were long`);
      assert.deepEqual(
        client.events.filter(({ type, data }) => !type || (type === "message" && !data)),
        [],
        `${kind} saw empty events`,
      );
    }
  });
});
