// WebKit, by WebDriver: its own small browser on a display that nobody sees.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { waitFor } from "../../support/wait.mjs";
import { oneByOne } from "./one-by-one.mjs";

// A command that takes so long counts as hanging. It would keep all others waiting.
const CEILING_MS = 60_000;

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A program that ends with this one, if not before. */
function start(program, args, options) {
  const child = spawn(program, args, options);
  const gone = new Promise((resolve) => child.once("close", resolve));
  const kill = () => child.kill();
  process.once("exit", kill);
  child.once("error", (error) => child.emit("close", error));
  return {
    child,
    async end() {
      process.off("exit", kill);
      child.kill();
      await gone;
    },
  };
}

/** One command of WebDriver (https://www.w3.org/TR/webdriver2/). */
async function command(base, method, address, body = {}) {
  const answer = await fetch(base + address, {
    method,
    signal: AbortSignal.timeout(CEILING_MS + 10_000), // the driver is to say it first
    body: method === "POST" ? JSON.stringify(body) : undefined,
  });
  const { value } = /** @type {any} */ (await answer.json());
  if (value?.error) throw new Error(`${method} ${address}: ${value.error}: ${value.message}`);
  return value;
}

/** @param {{ driver: string, browser: string, display: string }} programs */
export async function launchWebkit(programs) {
  const home = mkdtempSync(path.join(os.tmpdir(), "edge-events-webkit-"));
  const display = start(
    programs.display,
    ["-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
    { stdio: ["ignore", "ignore", "ignore", "pipe"] },
  );
  let number = "";
  /** @type {any} */ (display.child.stdio[3]).on("data", (text) => (number += text));
  await waitFor(() => number.endsWith("\n"), { what: "Xvfb to be ready" });

  const port = await freePort();
  const driver = start(programs.driver, [`--port=${port}`, "--host=127.0.0.1"], {
    stdio: "ignore",
    env: {
      ...process.env,
      DISPLAY: `:${number.trim()}`,
      HOME: home,
      NO_PROXY: "127.0.0.1",
      no_proxy: "127.0.0.1",
    },
  });
  const base = `http://127.0.0.1:${port}`;
  await waitFor(() => command(base, "GET", "/status").catch(() => null), {
    what: "WebKitWebDriver to be ready",
  });
  const { sessionId, capabilities } = await command(base, "POST", "/session", {
    capabilities: {
      alwaysMatch: {
        timeouts: { pageLoad: CEILING_MS, script: CEILING_MS },
        "webkitgtk:browserOptions": { binary: programs.browser, args: ["--automation"] },
      },
    },
  });
  const session = (method, address, body) => command(base, method, `/session/${sessionId}${address}`, body);

  // Commands go to one window, which is named by a command of its own: nobody may come between the two.
  const exclusive = oneByOne();
  let current = await session("GET", "/window");
  const first = current; // stays open and empty: the browser would end with its last window
  const on = (handle, ...request) =>
    exclusive(async () => {
      if (current !== handle) await session("POST", "/window", { handle });
      current = handle;
      return session(.../** @type {[any, any, any]} */ (request));
    });

  return {
    version: `${capabilities.browserName} ${capabilities.browserVersion}`,
    pid: /** @type {number} */ (driver.child.pid),
    async tab(url) {
      const { handle } = await on(first, "POST", "/window/new", { type: "tab" });
      const goto = (url) => on(handle, "POST", "/url", { url });
      await goto(url);
      return {
        goto,
        evaluate: (body, ...args) =>
          on(handle, "POST", "/execute/sync", { script: `return (${body})(...arguments)`, args }),
        back: () => on(handle, "POST", "/back"),
        close: () => on(handle, "DELETE", "/window"),
        offline: undefined, // WebDriver has no command for it
      };
    },
    async close() {
      await session("DELETE", "").catch(() => {});
      await driver.end();
      await display.end();
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
