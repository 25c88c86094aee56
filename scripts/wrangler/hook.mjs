// Loaded into wrangler's own process by `npm start`. It hears of two things that wrangler keeps to itself
// or gets wrong, by means that Node documents, and changes nothing else.
import diagnostics from "node:diagnostics_channel";
import fs from "node:fs";

// 1. A runtime that died, and was not ended by wrangler: it may not be able to go on without it.
diagnostics.subscribe("child_process", (message) => {
  const { process: child } = /** @type {any} */ (message);
  child.once("exit", () => {
    if (/workerd/.test(child.spawnfile ?? "") && !child.killed && process.connected)
      process.send?.({ event: "RUNTIME_DIED" });
  });
});

// 2. "Local server updated and ready" is not so after a build that failed, and would push what the
// compiler said off the screen.
const failure = process.env.EDGE_EVENTS_FAILURE;
const untrue = /Reloading local server|Local server updated and ready|Parsed \d+ valid/;
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...rest) => {
  if (!untrue.test(String(text)) || !failure || !fs.existsSync(failure)) return write(text, ...rest);
  rest.find((one) => typeof one === "function")?.();
  return true;
};
