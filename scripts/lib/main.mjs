// How a script begins and ends.
import fs from "node:fs";
import { fileURLToPath } from "node:url";

/** An error whose message is for the user: shown without a stack. */
export class Stop extends Error {}

/** Runs `main`, ends the process with its exit code, and shows a Stop as its message alone. */
export async function run(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (error instanceof Stop) console.error(`\nStopped: ${error.message}`);
    else console.error(error);
    process.exitCode = 1;
  }
}

/** Whether the module of this address is the one that was started. */
export const isMain = (url) => process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(url);

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
