// Sets up, builds and deploys the Worker: npm run deploy [-- any arguments of `wrangler deploy`].

import { build } from "./build.mjs";
import { at, inherit, run, runEnv } from "./lib.mjs";
import { setup } from "./setup.mjs";

await run(async () => {
  const found = await setup();
  await build(found);
  const wrangler = at("node_modules/wrangler/bin/wrangler.js");
  return inherit(found.node, [wrangler, "deploy", ...process.argv.slice(2)], {
    stdio: "inherit",
    env: runEnv(),
  });
});
