// The benchmark: npm run bench [-- channels] [--quick] [--peers a,b] [--before DIR] [--rounds N] [--only a,b] [--report]
import fs from "node:fs";
import { build } from "../scripts/build.mjs";
import { readArguments } from "../scripts/lib/options.mjs";
import { output, readText, run, Stop, seconds, writeWhole } from "../scripts/lib.mjs";
import { setup } from "../scripts/setup.mjs";
import { CHANNELS } from "./channels/plan.mjs";
import { EVENTS } from "./events.mjs";
import { about } from "./lib/about.mjs";
import { buildClient } from "./lib/client.mjs";
import { results, textOf, work } from "./lib/paths.mjs";
import { installPeers } from "./lib/peers.mjs";
import { checkMachine, stopAll } from "./lib/process.mjs";
import { report, writeReport } from "./lib/report.mjs";
import { median } from "./lib/stats.mjs";
import { Unavailable } from "./lib/unavailable.mjs";

/** What can be measured, by the word that asks for it. */
const SUBJECTS = { events: EVENTS, channels: CHANNELS };

const all = (key) => [...new Set(Object.values(SUBJECTS).flatMap((subject) => Object.keys(key(subject))))];

const USAGE = {
  command: "npm run bench",
  about: "Measures the Worker and the same written otherwise, side by side, and writes bench/results/.",
  words: {
    name: "subject",
    what: "events (where none is named) or channels",
    allowed: (word) => Object.hasOwn(SUBJECTS, word),
    expected: `of ${Object.keys(SUBJECTS).join(" and ")} one can be measured`,
    names: Object.keys(SUBJECTS),
  },
  options: {
    quick: { kind: "flag", what: "one round, without the slow peers and measures" },
    peers: { kind: "value", value: "a,b", what: `of ${all(({ SERVERS }) => SERVERS).join(", ")}` },
    before: { kind: "value", value: "folder", what: "another checkout of this project, as one peer more" },
    rounds: {
      kind: "value",
      value: "number",
      what: `1 to 99; ${EVENTS.FULL.rounds} where none is named, of channels ${CHANNELS.FULL.rounds}`,
    },
    only: { kind: "value", value: "a,b", what: `of ${all(({ FULL }) => FULL.measures).join(", ")}` },
    report: { kind: "flag", what: "write the report again from the last results" },
  },
};

function readPlan({ values, words }) {
  if (words.length > 1) throw new Stop(`${words.join(" ")}: one at a time is measured`);
  const subject = SUBJECTS[words[0] ?? "events"];
  const { SERVERS } = subject;
  const base = values.quick ? subject.QUICK : subject.FULL;
  const rounds = values.rounds === undefined ? base.rounds : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 99) {
    throw new Stop(`--rounds ${values.rounds}: a whole number from 1 to 99 is allowed`);
  }
  const peers = choose("--peers", values.peers, Object.keys(SERVERS)) ?? base.peers;
  if (values.before !== undefined) subject.addBefore(values.before);
  const names = choose("--only", values.only, Object.keys(base.measures)) ?? Object.keys(base.measures);
  return {
    subject,
    rounds,
    peers: [...new Set(["ours", ...(values.before === undefined ? [] : ["before"]), ...peers])],
    files: base.files,
    measures: names.map((name) => ({ name, ...base.measures[name] })),
    report: values.report,
    // Only a whole run says what BENCHMARKS.md may say.
    whole: Object.keys(values).length === 0,
  };
}

function choose(option, text, allowed) {
  if (text === undefined) return undefined;
  const chosen = text.split(",").filter(Boolean);
  const unknown = chosen.filter((name) => !allowed.includes(name));
  if (unknown.length || !chosen.length)
    throw new Stop(
      `${option} ${text}: ${unknown.join(", ") || "nothing"} is not one of ${allowed.join(", ")}`,
    );
  return chosen;
}

function checkFiles(needed) {
  const allowed = Number(output("sh", ["-c", "ulimit -H -n"])?.replace("unlimited", "Infinity"));
  if (!(allowed >= needed)) {
    throw new Stop(
      `only ${allowed} files may be open at once, and ${needed} are needed for the connections. Raise the limit, as root:\n  ulimit -n ${needed}`,
    );
  }
}

async function buildAll(plan) {
  const found = await setup();
  await build(found);
  console.log("Building the load client and the peers (minutes the first time) ...");
  fs.mkdirSync(work("logs"), { recursive: true });
  await installPeers();
  await buildClient();
  const servers = [];
  const skipped = [];
  for (const name of plan.peers) {
    try {
      servers.push(await plan.subject.prepare(name, found));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      skipped.push({ title: plan.subject.SERVERS[name].title, why: error.message });
      console.log(`Without ${name}: ${error.message}`);
    }
  }
  return { servers, skipped };
}

/** All values: by server, by round; and what went wrong. */
async function measureAll(plan, servers) {
  const problems = [];
  const values = Object.fromEntries(
    servers.map(({ name }) => [name, Array.from({ length: plan.rounds }, () => ({}))]),
  );
  const ofRound = (round) => plan.measures.filter((measure) => round === 0 || !measure.once);
  const total = servers.length * plan.measures.reduce((sum, { once }) => sum + (once ? 1 : plan.rounds), 0);
  const started = Date.now();
  let done = 0;
  for (let round = 0; round < plan.rounds; round++) {
    for (const { name: title, run: measure, processes = 1, ...settings } of ofRound(round)) {
      for (let turn = 0; turn < servers.length; turn++) {
        const server = servers[(turn + round) % servers.length]; // nobody is always first
        const step = `[${++done}/${total}, ${seconds(started)}] round ${round + 1} of ${plan.rounds}: ${title} of ${server.name}`;
        const seen = await inProcesses(processes, () => measure(server, settings)).catch((error) => {
          // A peer that cannot do it is no reason to lose what the others can.
          if (server.name === "ours" || !(error instanceof Stop)) throw error;
          problems.push({ title: server.title, measure: title, round: round + 1, why: error.message });
          return { problem: error.message };
        });
        Object.assign(
          values[server.name][round],
          seen.problem ? {} : seen.levels ? { ...seen, levels: undefined, [title]: seen.levels } : seen,
        );
        console.log(`${step}: ${seen.problem ?? summary(seen)}`);
        if (seen.clientCpu > 0.8)
          console.log(
            `  the load client used ${Math.round(seen.clientCpu * 100)} % of its core: it may have been the bottleneck`,
          );
        if (seen.ended || seen.doubled)
          console.log(
            `  ${seen.ended} streams ended by themselves, ${seen.doubled} events came twice or out of order`,
          );
      }
    }
  }
  console.log(`Measured in ${seconds(started)}.`);
  return { values, problems };
}

/** Measures in so many processes, one after another; the median of each value. */
async function inProcesses(count, measure) {
  const seen = [];
  while (seen.length < count) seen.push(await measure());
  if (count === 1) return seen[0];
  return Object.fromEntries(
    Object.keys(seen[0]).map((key) => [key, median(seen.map((values) => values[key]))]),
  );
}

const summary = (seen) =>
  Object.entries(seen)
    .filter(([, value]) => Number.isFinite(value) && value !== 0)
    .map(([key, value]) => `${key} ${value >= 100 ? Math.round(value) : value.toFixed(2)}`)
    .join(", ");

await run(async () => {
  const read = readArguments(USAGE);
  if (!read) return;
  const plan = readPlan(read);
  if (plan.report) {
    const known = readText(results(`${plan.subject.file}.json`));
    if (!known)
      throw new Stop(
        `--report writes the report of the last whole run, and there is none. Run first:\n  npm run bench${plan.subject === EVENTS ? "" : ` -- ${plan.subject.name}`}`,
      );
    return writeReport(JSON.parse(known));
  }
  checkMachine();
  checkFiles(plan.files);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => (stopAll(), process.exit(130)));

  const { servers, skipped } = await buildAll(plan);
  const machine = about();
  if (machine.machine.load > 1)
    console.log(
      `The machine is busy (load ${machine.machine.load.toFixed(1)}): the figures will say little.`,
    );
  // Whoever starts first would pay for what is not in the file cache yet.
  for (const server of servers) await plan.subject.start(server);
  const { values, problems } = await measureAll(plan, servers);
  const run = {
    ...machine,
    ...(plan.subject === EVENTS ? {} : { subject: plan.subject.name, skipped }),
    rounds: plan.rounds,
    servers: servers.map(({ name, title }) => ({ name, title })),
    ...(problems.length ? { problems } : {}),
    values,
  };

  const file = plan.whole ? results(`${plan.subject.file}.json`) : work(`${plan.subject.file}.json`);
  writeWhole(
    file,
    `${JSON.stringify(run, (_key, value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value), 1)}\n`,
  );
  console.log(`\n${report(run)}\nWritten: ${file}`);
  if (plan.whole) writeReport(JSON.parse(textOf(file)));
});
