// What a visitor does first, for real: `npm start`, a page in two browsers, and the two lines of curl that it
// prints. Then the runtime is killed under them, more than once.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { makeProject } from "../../scripts/project.mjs";
import { LONG } from "../../support/channels-clients.mjs";
import { launchChromium } from "../../support/chromium.mjs";
import { freePort, isAlive, runtimesBelow } from "../../support/processes.mjs";
import { fromSetUp } from "../../support/set-up.mjs";
import { sleep, waitFor } from "../../support/wait.mjs";
import { wordsOnWall } from "../../support/wall.mjs";

const KILLS = 2;
const RELOADS = LONG ? 5 : 1;
const RELOADED = "Local server updated";
const BETWEEN_KILLS = 20; // messages
const PATIENCE = { ceiling: 60_000, every: 100 };

/** Runs a line as a shell does; its exit code and what it wrote. */
const shell = (line) =>
  new Promise((resolve) => {
    execFile("sh", ["-c", line], (error, stdout) => resolve({ code: error?.code ?? 0, stdout }));
  });

describe("two browsers, a curl that publishes, and npm start", () => {
  let project;
  let server;
  let url;
  /** @type {import("playwright-core").Browser[]} */
  const browsers = [];

  before(async () => {
    project = makeProject();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const ports = ["--port", `${port}`, "--inspector-port", `${await freePort()}`];
    server = project.run("start", ...ports);
    const ready = Promise.all([server.says(/Ready on http/), server.says(/^ +curl (?!-N)/m)]);
    const launched = [1, 2].map(() => launchChromium(fromSetUp("chromium")));
    browsers.push(...(await Promise.all(launched)));
    await ready;
  });
  after(async () => {
    await Promise.all(browsers.map((browser) => browser.close()));
    await server?.stop();
    project?.dispose();
  });

  /** A page with nothing on it but an EventSource. */
  async function follow(browser) {
    const page = await browser.newPage();
    await page.goto(`${url}/health`); // any page of the same origin that opens no stream itself
    await page.evaluate(() => {
      /** @type {any} */
      const seen = { messages: [], ready: 0, gaps: 0, errors: 0 };
      const source = new EventSource("/channels/demo/hello");
      source.onmessage = ({ data, lastEventId }) => seen.messages.push([lastEventId, data]);
      source.onerror = () => (seen.errors += 1);
      source.addEventListener("ready", () => (seen.ready += 1));
      source.addEventListener("gap", () => (seen.gaps += 1));
      Object.assign(globalThis, { seen, source });
    });
    const seen = () =>
      page.evaluate(() => {
        const { seen, source } = /** @type {any} */ (globalThis);
        return { ...seen, state: source.readyState };
      });
    await waitFor(async () => (await seen()).ready > 0, { what: "the page to be let in", ...PATIENCE });
    return seen;
  }

  it(`lose nothing and see nothing twice, though the runtime is killed ${KILLS} times between them`, async (test) => {
    const [reading, publishing] = [/^ +(curl -N .*)$/m, /^ +(curl (?!-N).*)$/m].map(
      (line) => line.exec(server.said)?.[1] ?? assert.fail(server.said),
    );
    const pages = await Promise.all(browsers.map(follow));

    // The lines as they were printed.
    const curl = spawn("sh", ["-c", `exec ${reading}`], { stdio: ["ignore", "pipe", "ignore"] });
    test.after(() => curl.kill());
    let printed = "";
    curl.stdout.on("data", (text) => (printed += text));
    await waitFor(() => printed.includes("event: ready"), { what: "the first line to follow", ...PATIENCE });
    const { code, stdout } = await shell(publishing);
    assert.deepEqual([code, stdout], [0, ""]);
    await waitFor(() => printed.includes('data: {"hello":"world"}\n\n'), {
      what: "what the second line published, in the first",
      ...PATIENCE,
    });

    // The same line again and again, each time with another message, whatever became of the one before.
    const message = (n) => `{"hello":"world ${n}"}`;
    const sent = ['{"hello":"world"}'];
    const acknowledged = [...sent];
    let unknown = 0;
    let going = true;
    test.after(() => (going = false));
    const publisher = (async () => {
      for (let n = 1; going; n += 1) {
        const line = publishing.replace('{"hello":"world"}', message(n));
        assert.notEqual(line, publishing);
        sent.push(message(n));
        const { code, stdout } = await shell(`${line} -s -o '${project.at("answer")}' -w '%{http_code}'`);
        if (code === 0 && stdout === "204") acknowledged.push(message(n));
        else unknown += 1;
        await sleep(20);
      }
    })();
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const enough = acknowledged.length + BETWEEN_KILLS;
      await waitFor(() => acknowledged.length >= enough, { what: `${enough} messages`, ...PATIENCE });
      const runtimes = runtimesBelow(server.pid);
      assert.equal(runtimes.length, 2, "one for wrangler's proxy, one for the Worker");
      for (const { pid } of runtimes) process.kill(pid, "SIGKILL");
      await waitFor(() => !runtimes.some(({ pid }) => isAlive(pid)), { what: "their end", ...PATIENCE });
    }
    const enough = acknowledged.length + BETWEEN_KILLS;
    await waitFor(() => acknowledged.length >= enough, { what: `${enough} messages`, ...PATIENCE });
    going = false;
    await publisher;

    const log = (await (await fetch(`${url}/channels/demo/hello?offset=-1`)).json()).map((each) =>
      JSON.stringify(each),
    );
    assert.equal(new Set(log).size, log.length, "no message is in the log twice");
    assert.deepEqual(
      log,
      sent.filter((each) => log.includes(each)),
      "in the order in which they were sent, and nothing else",
    );
    assert.deepEqual(
      acknowledged.filter((each) => !log.includes(each)),
      [],
      "acknowledged and lost",
    );
    const cuts = [];
    for (const seen of pages) {
      await waitFor(async () => (await seen()).messages.length >= log.length, {
        what: "all messages in each browser",
        ...PATIENCE,
      }).catch(async (error) => {
        throw new Error(`${error.message}: ${JSON.stringify({ ...(await seen()), messages: undefined })}`);
      });
      const { messages, gaps, errors, ready } = await seen();
      assert.deepEqual(
        messages.map(([, data]) => data),
        log,
      );
      assert.deepEqual(
        messages.map(([id]) => Number(id.split("_")[1])),
        log.map((_, k) => k + 1),
      );
      assert.equal(gaps, 0);
      assert.ok(errors >= KILLS && ready > KILLS, `${errors} cuts and ${ready} openings`);
      cuts.push(`${ready} openings`);
    }
    test.diagnostic(
      `${log.length} messages of ${sent.length} sent, ${acknowledged.length} acknowledged, ${unknown} not answered; browsers: ${cuts.join(", ")}`,
    );
  });

  it(`show a page's wall every message once, in order, while the Worker is reloaded ${RELOADS} times`, async (test) => {
    const address = /^ +(http:\/\/\S+#token=\S+)$/m.exec(server.said)?.[1] ?? assert.fail(server.said);
    const page = await browsers[0].newPage();
    test.after(() => page.close());
    await page.goto(address);
    const said = () => page.evaluate(wordsOnWall);
    const sent = [];
    const say = async () => {
      sent.push(`number ${sent.length}`);
      await page.fill("#words", String(sent.at(-1)));
      await page.press("#words", "Enter");
    };
    const untilAll = () =>
      waitFor(async () => (await said()).at(-1) === sent.at(-1), { what: sent.at(-1), ...PATIENCE });
    await waitFor(() => page.isVisible("#say"), { what: "the wall to be written on", ...PATIENCE });
    for (let reload = 1; reload <= RELOADS; reload += 1) {
      await say();
      const reloads = server.said.split(RELOADED).length;
      const configuration = project.read("wrangler.toml");
      project.write(
        "wrangler.toml",
        configuration.replace(/^HEARTBEAT_MS = .*$/m, `HEARTBEAT_MS = "${14_000 + reload}"`),
      );
      await waitFor(
        async () => {
          await say();
          return server.said.split(RELOADED).length > reloads;
        },
        { what: `reload ${reload}`, ceiling: 120_000, every: 500 },
      ).catch((error) => {
        throw new Error(`${error.message}\n${server.said}`);
      });
      await say();
      await untilAll();
    }
    const log = await (await fetch(`${url}/channels/demo/wall?offset=-1`)).json();
    assert.deepEqual(log, sent);
    assert.deepEqual(await said(), sent.slice(-50));
    test.diagnostic(`${sent.length} messages over ${RELOADS} reloads`);
  });
});
