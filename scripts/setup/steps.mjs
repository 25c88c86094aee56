// Runs the steps of set-up: lanes side by side, the steps of a lane one after the other.
import fs from "node:fs";
import { killChildren } from "../lib/command.mjs";
import { tail } from "../lib/files.mjs";
import { seconds } from "../lib/main.mjs";
import { logFile } from "./stamps.mjs";

const SIGN_OF_LIFE_MS = 15_000;

/** A step is `{name, ready(), work(log, say)}`; those that are ready are not in `lanes`. */
export async function runSteps(lanes) {
  const total = lanes.flat().length;
  const start = Date.now();
  const running = new Map();
  let started = 0;
  console.log(`Set-up: ${total} step${total > 1 ? "s" : ""}; the first time this takes a few minutes.`);
  const life = setInterval(() => {
    const now = [...running].map(([step, log]) => `${step.name} (${tail(log, 1).trim().slice(0, 60)})`);
    console.log(`      ${seconds(start)}: ${now.join(", ")}`);
  }, SIGN_OF_LIFE_MS);
  const work = async (lane) => {
    for (const step of lane) {
      const label = `[${++started}/${total}] ${step.name}`;
      const begun = Date.now();
      const log = logFile(step.name.toLowerCase().replace(/[^a-z0-9]+/g, "-"));
      fs.rmSync(log, { force: true });
      running.set(step, log);
      console.log(`${label} ...`);
      await step.work(log, (text) => console.log(`${label}: ${text} (${seconds(begun)})`));
      running.delete(step);
      console.log(`${label}: done in ${seconds(begun)}`);
    }
  };
  try {
    await Promise.all(lanes.map(work));
    console.log(`Set-up: done in ${seconds(start)}.`);
  } catch (error) {
    killChildren();
    throw error;
  } finally {
    clearInterval(life);
  }
}
