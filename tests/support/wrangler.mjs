// Runs the Worker by wrangler itself, as it is developed and deployed: with wrangler's own bundle of it, and
// in `wrangler dev` with its proxy in front.
import { spawn } from "node:child_process";
import path from "node:path";
import { root } from "./runtime.mjs";
import { waitFor } from "./wait.mjs";

/** Starts `wrangler <args>`; `output` is all that it has said. */
export function wrangler(...args) {
  const env = {
    ...process.env,
    WRANGLER_SEND_METRICS: "false",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    NO_COLOR: "1",
  };
  const child = spawn(process.execPath, [path.join(root, "node_modules/wrangler/bin/wrangler.js"), ...args], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const run = { child, ended, output: "" };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (run.output += text));
  return run;
}

/**
 * Serves the Worker by `wrangler dev` on a free port of 127.0.0.1. `vars` go before those of the
 * configuration; `persist` is the folder of the channels' databases.
 *
 * @param {{ config?: string, vars?: Record<string, string | number>, persist?: string }} [options]
 */
export async function startWranglerDev({ config = "wrangler.toml", vars = {}, persist } = {}) {
  const dev = wrangler(
    "dev",
    ...["-c", config, "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"],
    ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ...(persist === undefined ? [] : ["--persist-to", persist]),
  );
  const stop = async () => {
    dev.child.kill("SIGINT");
    await dev.ended;
  };
  try {
    const port = await waitFor(
      () => {
        if (dev.child.exitCode !== null) throw new Error(`wrangler dev ended:\n${dev.output}`);
        return /Ready on http:\/\/127\.0\.0\.1:(\d+)/.exec(dev.output)?.[1];
      },
      { what: "wrangler dev to be ready", ceiling: 120_000 },
    );
    return {
      url: `http://127.0.0.1:${port}`,
      port: Number(port),
      /** What wrangler and the Worker said so far that is an error. */
      errors: () => dev.output.split("\n").filter((line) => line.includes("[ERROR]")),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
