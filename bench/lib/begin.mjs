// How a measurement begins that is run by hand, with the number of rounds as its only argument.
import fs from "node:fs";
import { build } from "../../scripts/build.mjs";
import { Stop } from "../../scripts/lib.mjs";
import { setup } from "../../scripts/setup.mjs";
import { work } from "./paths.mjs";
import { checkMachine } from "./process.mjs";

/** Sets up, builds the Worker, and says how many rounds there are to be and what the set-up has found. */
export async function begin(usual) {
  const rounds = Number(process.argv[2] ?? usual);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Stop(`${process.argv[2]} is no number of rounds`);
  checkMachine();
  const found = await setup();
  await build(found);
  fs.mkdirSync(work("logs"), { recursive: true });
  return { rounds, found };
}
