// worker-build, which compiles the Worker and makes a module of it that the runtime can load.
import fs from "node:fs";
import path from "node:path";
import { BIN } from "../lib/paths.mjs";
import { cargoInstall } from "./cargo-install.mjs";
import { stamp, stamped } from "./stamps.mjs";

export const WORKER_BUILD = "0.8.7";

export const workerBuild = {
  name: `worker-build ${WORKER_BUILD}`,
  ready: () => stamped("worker-build", WORKER_BUILD) && fs.existsSync(path.join(BIN, "worker-build")),
  work: async (log) => {
    await cargoInstall(log, "worker-build", WORKER_BUILD, "--bin", "worker-build");
    stamp("worker-build", WORKER_BUILD);
  },
};
