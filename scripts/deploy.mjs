// Sets up, builds and deploys the Worker: npm run deploy [-- any arguments of `wrangler deploy`].
import { build, targetOf, variablesKey } from "./build.mjs";
import { inherit } from "./lib/command.mjs";
import { runEnv } from "./lib/env.mjs";
import { run } from "./lib/main.mjs";
import { readArguments } from "./lib/options.mjs";
import { at } from "./lib/paths.mjs";
import { setup } from "./setup.mjs";
import { wranglerUsage } from "./wrangler/command-line.mjs";
import { DEPLOY } from "./wrangler/options.mjs";
import { checkVariables } from "./wrangler/variables.mjs";

const USAGE = wranglerUsage(
  "npm run deploy",
  "Sets up what is missing, builds the Worker, checks its variables and deploys it.",
  DEPLOY,
  { "dry-run": { what: "do all but the upload" } },
);

await run(async () => {
  const read = readArguments(USAGE);
  if (!read) return 0;
  const found = await setup();
  const target = targetOf(read.values.config);
  await build(found, target);
  await checkVariables(found, "deploy", read.values);
  return inherit(
    found.node,
    [at("node_modules/wrangler/bin/wrangler.js"), "deploy", ...process.argv.slice(2)],
    {
      stdio: "inherit",
      env: { ...runEnv(), EDGE_EVENTS_CHECKED: variablesKey(target) },
    },
  );
});
