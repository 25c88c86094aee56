// Sets up, builds and serves the Worker: npm start [-- any arguments of `wrangler dev`].
import net from "node:net";
import { build } from "./build.mjs";
import { at, inherit, killChildren, run, runEnv, Stop } from "./lib.mjs";
import { setup } from "./setup.mjs";

const DEFAULTS = { "--ip": "127.0.0.1", "--port": "8787" };

/** The value of `--name value` or `--name=value`. */
function optionValue(args, name) {
  const index = args.findLastIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (index < 0) return undefined;
  return args[index] === name ? (args[index + 1] ?? "") : args[index].slice(name.length + 1);
}

function checkPort(ip, port) {
  if (!port || port.startsWith("--")) throw new Stop("--port needs a number, like npm start -- --port 9000");
  if (!/^\d+$/.test(port) || Number(port) > 65535) {
    throw new Stop(
      `--port ${port} is not a port: a whole number from 0 to 65535 is allowed, like npm start -- --port 9000`,
    );
  }
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      const why =
        error.code === "EADDRINUSE" ? "is taken by another program" : `cannot be used (${error.message})`;
      reject(
        new Stop(
          `port ${port} on ${ip} ${why}. Choose another one:\n  npm start -- --port ${Math.min(Number(port) + 1, 65535)}`,
        ),
      );
    });
    probe.listen(Number(port), ip === "localhost" || ip === "*" ? undefined : ip, () => probe.close(resolve));
  });
}

await run(async () => {
  const given = process.argv.slice(2);
  const args = [...given];
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (optionValue(given, name) === undefined) args.push(name, value);
  }
  await checkPort(optionValue(args, "--ip"), optionValue(args, "--port"));
  const found = await setup();
  await build(found);

  // Ctrl-C reaches wrangler by itself, and it ends its runtime; a signal to this process alone is passed on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      setTimeout(() => killChildren("SIGTERM"), signal === "SIGINT" ? 1000 : 0).unref();
      setTimeout(() => killChildren("SIGKILL"), 10000).unref();
    });
  }
  const wrangler = at("node_modules/wrangler/bin/wrangler.js");
  return inherit(found.node, [wrangler, "dev", ...args], { stdio: "inherit", env: runEnv() });
});
