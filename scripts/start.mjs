// Sets up, builds and serves the Worker: npm start [-- any arguments of `wrangler dev`].
import net from "node:net";
import { build, failureOf, targetOf, variablesKey } from "./build.mjs";
import { channelsOnThisMachine } from "./channels.mjs";
import { run, Stop } from "./lib/main.mjs";
import { readArguments } from "./lib/options.mjs";
import { setup } from "./setup.mjs";
import { wranglerUsage } from "./wrangler/command-line.mjs";
import { DEV } from "./wrangler/options.mjs";
import { health, serve } from "./wrangler/serve.mjs";
import { checkVariables } from "./wrangler/variables.mjs";

const DEFAULTS = { ip: "127.0.0.1", port: "8787" };

const USAGE = wranglerUsage(
  "npm start",
  "Sets up what is missing, builds the Worker and serves it. What changes in src/ or public/ is noticed.",
  DEV,
  {
    port: { what: `the port to listen on; ${DEFAULTS.port} where none is named`, value: "number" },
    ip: { what: `the address to listen on; ${DEFAULTS.ip} where none is named`, value: "address" },
  },
);

async function checkPort(ip, port) {
  if (!/^\d+$/.test(port) || Number(port) > 65535) {
    throw new Stop(
      `--port ${port} is not a port: a whole number from 0 to 65535 is allowed, like npm start -- --port 9000`,
    );
  }
  const host = ip === "localhost" || ip === "*" ? undefined : ip;
  const error = await new Promise((resolve) => {
    const probe = net.createServer();
    probe.once("error", resolve);
    probe.listen(Number(port), host, () => probe.close(() => resolve(null)));
  });
  if (!error) return;
  const why =
    error.code === "EADDRINUSE"
      ? `is taken by ${await owner(host, port)}`
      : `cannot be used (${error.message})`;
  throw new Stop(
    `port ${port} on ${ip} ${why}. Choose another one:\n  npm start -- --port ${Math.min(Number(port) + 1, 65535)}`,
  );
}

/** Who it is that has the port. */
async function owner(host, port) {
  const local = host === undefined || host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const answer = await health({ host: local, port });
  if (!answer) return "another program";
  try {
    const { live_streams, version } = JSON.parse(answer.text);
    if (typeof live_streams === "number" && typeof version === "string") {
      return `edge-events itself, which runs already: ${answer.protocol}://${local}:${port}`;
    }
  } catch {
    // Something else, or nothing that answers.
  }
  return "another program";
}

await run(async () => {
  const read = readArguments(USAGE);
  if (!read) return 0;
  const { ip, port } = { ...DEFAULTS, ...read.values };
  await checkPort(ip, port);
  const found = await setup();
  const target = targetOf(read.values.config);
  await build(found, target);
  const { warning, lines } = channelsOnThisMachine(read.values.config);
  await checkVariables(found, "dev", read.values);
  if (warning) console.error(`\n${warning}\n`);

  const args = process.argv.slice(2);
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (!(name in read.values)) args.push(`--${name}`, value);
  }
  const env = { EDGE_EVENTS_CHECKED: variablesKey(target), EDGE_EVENTS_FAILURE: failureOf(target) };
  return serve(found, args, env, ({ port }) => console.log(lines(`127.0.0.1:${port}`)));
});
