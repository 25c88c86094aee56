// Runs `wrangler dev` and looks after it.
import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { killChildren, launch } from "../lib/command.mjs";
import { runEnv } from "../lib/env.mjs";
import { Stop } from "../lib/main.mjs";
import { at } from "../lib/paths.mjs";

const WRANGLER = at("node_modules/wrangler/bin/wrangler.js");
const HOOK = at("scripts/wrangler/hook.mjs");

/** After a runtime died: time for wrangler to start another, and for that one to answer. */
const PATIENCE_MS = 2_000;
const LOOKS = 2;
/** Starts within this time are too many: something kills them. */
const RESTARTS = { most: 3, withinMs: 60_000 };

/** Resolves to the exit code; `env` is added to wrangler's environment, and `ready` called once, with the address. */
export async function serve(found, args, env, ready) {
  let ended = false; // by the user
  // Ctrl-C reaches wrangler by itself, and it ends its runtime; a signal to this process alone is passed on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      ended = true;
      setTimeout(() => killChildren("SIGTERM"), signal === "SIGINT" ? 1000 : 0).unref();
      setTimeout(() => killChildren("SIGKILL"), 10000).unref();
    });
  }
  const starts = [];
  let wasReady = false;
  const firstReady = (address) => {
    if (!wasReady) ready(address);
    wasReady = true;
  };
  for (;;) {
    starts.push(Date.now());
    const { code, lost } = await once(found, args, env, () => ended, firstReady);
    if (ended) return code;
    if (!lost && code > 128) throw new Stop(`wrangler was ended by a signal (exit ${code}).`);
    if (!lost) return code;
    if (starts.filter((at) => Date.now() - at < RESTARTS.withinMs).length > RESTARTS.most) {
      throw new Stop(
        "the Workers runtime (workerd) dies again and again. Something on this machine ends it.",
      );
    }
    console.error(
      "\nThe Workers runtime (workerd) died, and wrangler could not go on: starting it again ...",
    );
  }
}

/** One life of wrangler: its exit code, and whether it was ended because it had lost its runtime. */
function once(found, args, env, ended, ready) {
  const child = launch(found.node, ["--import", HOOK, WRANGLER, "dev", ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...runEnv(), ...env },
  });
  let address = {};
  let looking = false;
  let lost = false;
  child.on("message", async (message) => {
    const { event, ip, port } = typeof message === "string" ? JSON.parse(message) : message;
    if (event === "DEV_SERVER_READY") {
      address = { host: ip, port };
      ready(address);
    }
    if (event !== "RUNTIME_DIED" || looking || ended()) return;
    looking = true;
    const well = await recovers(address, () => ended() || child.exitCode !== null);
    looking = false;
    if (well) return;
    lost = true;
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 5000).unref();
  });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Stop(`wrangler cannot be run: ${error.message}`)));
    child.once("exit", (code, signal) => resolve({ code: code ?? (signal === "SIGINT" ? 130 : 1), lost }));
  });
}

/** Whether the server answers, or need not any more. */
async function recovers(address, over) {
  for (let look = 0; look < LOOKS; look += 1) {
    await sleep(PATIENCE_MS);
    if (over() || (await health(address, PATIENCE_MS)) !== null) return true;
  }
  return false;
}

/** What /health of a server on this machine says, and by which protocol; null where none answers. */
export async function health(address, patience = 1000) {
  for (const [protocol, client] of Object.entries({ http, https })) {
    const answer = await ask(client, address, patience);
    if (answer === "silence") return null;
    if (answer !== null) return { protocol, text: answer };
  }
  return null;
}

function ask(client, address, patience) {
  return new Promise((resolve) => {
    const options = {
      ...address,
      path: "/health",
      timeout: patience,
      rejectUnauthorized: false,
      agent: false,
    };
    const request = client.get(options, (answer) => {
      let text = "";
      answer.on("data", (data) => (text += data));
      answer.on("end", () => resolve(text));
      answer.on("error", () => resolve(null));
    });
    request.on("timeout", () => {
      resolve("silence");
      request.destroy();
    });
    request.on("error", () => resolve(null));
  });
}
