// Clients that this project did not write follow a channel through planned ends and crashes, while
// producers that it did not write either retry whatever failed.
//
// 3 crashes and 6 planned ends by default; EDGE_EVENTS_LONG=1 makes it 10 and 20.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { before, describe, it } from "node:test";
import { call, channelVars, LONG, ours, protocol, readLog } from "../../support/channels-clients.mjs";
import { Process, storageFor } from "../../support/channels-processes.mjs";
import { waitFor } from "../../support/client.mjs";
import { root, startRuntime } from "../../support/runtime.mjs";
import { fromSetUp } from "../../support/set-up.mjs";

const CRASHES = LONG ? 10 : 3;
const ENDS_PER_CRASH = 2;
const PRODUCERS = 3;
const NAME = "open/orders";
// Above the second under which the protocol's client gives up streams for long-polling.
const vars = {
  ...channelVars,
  MAX_STREAM_MS: 2000,
  RETRY_MS: 200,
  LONG_POLL_MS: 1000,
  CPU_BUDGET_MS: 10_000,
};

const clients = path.join(root, "tests/clients");
const node = (script, ...args) => [process.execPath, path.join(clients, script), ...args];

const eventSources = {
  "npm's eventsource": (url) => node("npm_eventsource_client.mjs", url),
  "Python's httpx-sse": (url) => [fromSetUp("python"), path.join(clients, "httpx_sse_client.py"), url],
  "Rust's eventsource-client": (url) => [
    path.join(root, "target/clients/debug/edge-events-rust-client"),
    url,
  ],
  "Chromium's EventSource": (url) => node("chromium_client.mjs", url, fromSetUp("chromium")),
};

const python = (url, live) => [fromSetUp("python"), path.join(clients, "protocol_client.py"), url, live];
const protocolClients = {
  "the protocol's npm client by SSE": (url) => node("protocol_client.mjs", url, "sse"),
  "the protocol's npm client by long-poll": (url) => node("protocol_client.mjs", url, "long-poll"),
  "the protocol's Python client by SSE": (url) => python(url, "sse"),
  "the protocol's Python client by long-poll": (url) => python(url, "long-poll"),
};

describe("clients of other hands", () => {
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

  it(`see each message once and in one order over ${CRASHES * ENDS_PER_CRASH} planned ends and ${CRASHES} crashes`, async (test) => {
    const persist = storageFor(test);
    let runtime = await startRuntime({ vars, persist });
    const all = [];
    test.after(() => {
      all.forEach((client) => client.process.kill());
      return runtime.stop();
    });
    const run = (kind, command) => {
      const client = new Process(kind, command);
      all.push(client);
      return client;
    };
    const { status } = await call(runtime, "PUT", protocol(NAME), {
      headers: { "Content-Type": "application/json" },
    });
    assert.equal(status, 201);

    const view = `${runtime.url}${ours(NAME)}?offset=-1`;
    const stream = `${runtime.url}${protocol(NAME)}`;
    const sources = Object.entries(eventSources).map(([kind, command]) => run(kind, command(view)));
    const others = Object.entries(protocolClients).map(([kind, command]) => run(kind, command(stream)));
    const readers = [...sources, ...others];
    // Together they publish 100 messages a second.
    const began = Date.now();
    const producers = Array.from({ length: PRODUCERS }, (_, k) =>
      run(`producer ${k}`, node("protocol_producer.mjs", stream, `producer-${k}`, String(10 * PRODUCERS))),
    );

    const every = (some, condition, what) =>
      waitFor(() => some.every((client) => condition(client.check())), { what, ceiling: 60_000 }).catch(
        (error) => {
          const seen = some.map(
            (client) =>
              `${client.kind}: ${client.lines.length} lines, last ${JSON.stringify(client.lines.at(-1))}`,
          );
          throw new Error([error.message, ...seen].join("\n"));
        },
      );
    await every(readers, (client) => client.of("message").length > 0, "a first message for each client");
    for (let crash = 1; crash <= CRASHES; crash += 1) {
      const had = new Map(readers.map((client) => [client, client.of("message").length]));
      const rotated = new Map(sources.map((client) => [client, client.of("rotate").length]));
      await every(
        sources,
        (client) => client.of("rotate").length >= (rotated.get(client) ?? 0) + ENDS_PER_CRASH,
        `${ENDS_PER_CRASH} more planned ends of each client`,
      );
      await every(
        readers,
        (client) => client.of("message").length > (had.get(client) ?? 0),
        "news for each client",
      );
      await runtime.kill();
      runtime = await startRuntime({ vars, persist, port: runtime.port });
    }

    const seconds = (Date.now() - began) / 1000;
    producers.forEach((producer) => producer.process.stdin.end());
    await waitFor(() => producers.every(({ exit }) => exit), {
      what: "the producers to end",
      ceiling: 120_000,
    }).catch((error) => {
      const state = ({ kind, lines, exit }) =>
        `${kind}: ${exit ? "ended" : "goes on"}, ${lines.length} lines, ${JSON.stringify(lines.slice(-5))}`;
      throw new Error([error.message, ...producers.map(state)].join("\n"));
    });
    for (const { kind, exit, errors } of producers) assert.equal(exit.code, 0, `${kind}: ${errors}`);
    const log = (await readLog(runtime, NAME)).messages.map((message) => JSON.stringify(message));
    await every(
      readers,
      (client) => client.of("message").length >= log.length,
      "all messages for each client",
    );

    const inLog = new Set(log);
    assert.equal(inLog.size, log.length, "no message is in the log twice");
    const named = (type) =>
      producers.flatMap((producer, k) =>
        producer.of(type).map(({ data }) => JSON.stringify({ from: `producer-${k}`, n: Number(data) })),
      );
    const [sent, acknowledged] = [new Set(named("sent")), new Set(named("acknowledged"))];
    assert.deepEqual(
      [...inLog].filter((message) => !sent.has(message)),
      [],
      "in the log and never sent",
    );
    assert.deepEqual(
      [...acknowledged].filter((message) => !inLog.has(message)),
      [],
      "acknowledged and lost",
    );
    assert.deepEqual(
      [...sent].filter((message) => !acknowledged.has(message)),
      [],
      "never acknowledged",
    );

    const failed = named("failed").length;
    const repeats = producers.flatMap((producer) =>
      producer.of("acknowledged").filter(({ id }) => id === "204"),
    ).length;
    test.diagnostic(
      `${log.length} messages, ${Math.round(log.length / seconds)} a second; ${failed} requests failed and were repeated; ${repeats} messages were there already`,
    );
    for (const client of readers) {
      const seen = client.of("message").map(({ data }) => data);
      const wrong = seen.findIndex((message, k) => message !== log[k]);
      assert.equal(wrong, -1, `${client.kind}: message ${wrong} is ${seen[wrong]}, in the log ${log[wrong]}`);
      assert.equal(seen.length, log.length, client.kind);
      assert.deepEqual(client.of("gap"), [], client.kind);
      const [opened, ended, errors] = ["open", "rotate", "error"].map((type) => client.of(type).length);
      test.diagnostic(
        `${client.kind}: ${opened} openings, ${ended} planned ends, ${errors} errors, ${seen.length} messages`,
      );
    }
  });
});
