// From the values of a run to tables and charts, and into BENCHMARKS.md.
import { at, Stop, writeWhole } from "../../scripts/lib.mjs";
import { chartsOfChannels, growthOfChannels } from "../channels/growth.mjs";
import { METRICS as OF_CHANNELS } from "../channels/metrics.mjs";
import { bars, lines } from "./charts.mjs";
import { costs, freePlan, paidPlan } from "./cost.mjs";
import { METRICS as OF_EVENTS } from "./metrics.mjs";
import { results, textOf } from "./paths.mjs";
import { median, ratios } from "./stats.mjs";
import { fixed, table } from "./table.mjs";

const bounds = ({ median: middle, min, max }) => `${middle.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;

const of = (run, server, key) => run.values[server].map((round) => round[key]);
const metricsOf = (run) => (run.subject === "channels" ? OF_CHANNELS : OF_EVENTS);
const measured = (run) =>
  metricsOf(run).filter(({ key }) =>
    run.servers.some(({ name }) => median(of(run, name, key)) !== undefined),
  );

function valuesTable(run) {
  const rows = measured(run).map(({ key, title, unit, digits }) => {
    const cells = run.servers.map(({ name }) => {
      const value = median(of(run, name, key));
      // JSON has no infinity: null is a server that was still busy when the time was over.
      if (value === undefined) return of(run, name, key).includes(null) ? "not in 3 s" : "–";
      return key === "rate99" && value === 0 ? "none" : fixed(value, digits);
    });
    return [`${title}, ${unit}`, ...cells];
  });
  return table(["", ...run.servers.map(({ title }) => title)], rows);
}

function ratiosTable(run) {
  const peers = run.servers.filter(({ name }) => name !== "ours");
  const rows = measured(run).map(({ key, title, more }) => {
    const cells = peers
      .map(({ name }) => ratios(of(run, "ours", key), of(run, name, key)))
      .map((seen) => (seen ? bounds(seen) : "–"));
    return [`${title}${more ? " (more is better)" : ""}`, ...cells];
  });
  return table(["ours / peer", ...peers.map(({ title }) => title)], rows);
}

function goalsTable(run) {
  const rows = metricsOf(run).flatMap(({ key, title, unit, more, goals, digits }) =>
    goals.map(({ to, limit }) => {
      const peer = run.servers.find(({ name }) => name === to);
      const ours = of(run, "ours", key);
      const seen = to
        ? peer && ratios(ours, of(run, to, key))
        : median(ours) !== undefined && { median: median(ours) };
      if (!seen) return null;
      const met = more ? seen.median >= limit : seen.median <= limit;
      const goal = `${more ? "at least" : "at most"} ${to ? `${limit.toFixed(2)} of ${peer.title}` : `${limit} ${unit}`}`;
      return [title, goal, to ? bounds(seen) : fixed(seen.median, digits), met ? "met" : "**missed**"];
    }),
  );
  return rows.some(Boolean) ? table(["goal", "", "measured", ""], rows.filter(Boolean)) : "";
}

const growthOf = (run, name) => run.values[name][0].growth ?? [];

function growthTable(run) {
  const rows = run.servers.flatMap(({ name, title }) =>
    growthOf(run, name).map((level) => [
      title,
      fixed(level.streams, 0),
      fixed(level.tickCpu, 1),
      fixed(level.openCpu, 0),
      fixed(level.memory, 1),
      fixed(level.lagP99, 1),
      fixed(level.delivered, 2),
    ]),
  );
  return table(
    [
      "",
      "streams",
      "CPU for a tick, µs",
      "CPU to open one more, µs",
      "memory for each, KiB",
      "lag p99, ms",
      "delivered, %",
    ],
    rows,
  );
}

const machineText = ({ date, rounds, machine, versions }) =>
  `${date}, ${rounds} ${rounds === 1 ? "round" : "rounds"}. ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.kernel}; load before the run ${machine.load.toFixed(2)}. ${Object.entries(
    versions,
  )
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}.`;

/** What a run showed, as Markdown. */
export function report(run) {
  const parts = [machineText(run), `Medians of all rounds:\n\n${valuesTable(run)}`];
  if (run.servers.length > 1)
    parts.push(
      `Ours divided by each peer, round by round; median (minimum–maximum):\n\n${ratiosTable(run)}`,
      goalsTable(run),
    );
  if (growthOf(run, "ours").length)
    parts.push(`From few streams to many, one tick a second:\n\n${growthTable(run)}`);
  parts.push(...growthOfChannels(run));
  for (const { title, why } of run.skipped ?? []) parts.push(`Without ${title}: ${why}.`);
  for (const { title, measure, round, why } of run.problems ?? [])
    parts.push(`In round ${round}, \`${measure}\` of ${title} failed: ${why.split("\n")[0]}.`);
  return parts.filter(Boolean).join("\n\n");
}

const BAR_CHARTS = { tickCpu: "tick-cpu", openCpu: "open-cpu", idleMemory: "idle-memory", peakRate: "rate" };
const LINE_CHARTS = {
  "growth-tick-cpu": ["tickCpu", "CPU for each tick, µs, by number of streams"],
  "growth-memory": ["memory", "Memory for each stream, KiB, by number of streams"],
};

function writeCharts(run) {
  for (const { key, title, unit } of OF_EVENTS.filter(({ key }) => Object.hasOwn(BAR_CHARTS, key))) {
    const rows = run.servers.map(({ name, title: label }) => {
      const values = of(run, name, key).filter(Number.isFinite);
      return {
        label,
        value: median(values),
        min: Math.min(...values),
        max: Math.max(...values),
        ours: name === "ours",
      };
    });
    writeWhole(
      results(`${BAR_CHARTS[key]}.svg`),
      bars(
        `${title[0].toUpperCase()}${title.slice(1)}, ${unit}`,
        rows.filter(({ value }) => value !== undefined),
      ),
    );
  }
  for (const [file, [key, title]] of Object.entries(LINE_CHARTS)) {
    const series = run.servers.map(({ name, title: label }) => ({
      label,
      ours: name === "ours",
      points: growthOf(run, name).map((level) => [level.streams, level[key]]),
    }));
    writeWhole(results(`${file}.svg`), lines(title, series));
  }
}

function between(text, name, content) {
  const [begin, end] = [`<!-- ${name}: written by npm run bench -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Stop(`the lines "${begin}" and "${end}" are missing in:\n${text}`);
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
}

/** Each page that has figures, with those of this run in it: by its path in the repository. */
export function pages(run) {
  // What an event costs is what the report's table says: its median over all rounds.
  const cpu = { tick: median(of(run, "ours", "tickCpu")), open: median(of(run, "ours", "openCpu")) };
  const page = (file, parts) =>
    Object.entries(parts).reduce(
      (text, [name, content]) => between(text, name, `\n${content}\n`),
      textOf(at(file)),
    );
  return {
    "BENCHMARKS.md": page("BENCHMARKS.md", { results: report(run), costs: costs(cpu) }),
    "docs/streams.md": page("docs/streams.md", { free: freePlan(), paid: paidPlan(cpu) }),
  };
}

/** The report of a run of channels, and its charts, by the path to them from the page. */
function partOfChannels(run) {
  const charts = chartsOfChannels(run).map(({ file, title }) => `![${title}](bench/results/${file})`);
  return [report(run), charts.join("\n")].filter(Boolean).join("\n\n");
}

/** BENCHMARKS.md with the figures of the last whole run of channels in it, if there was one. */
export const pagesOfChannels = (run) => ({
  "BENCHMARKS.md": between(
    textOf(at("BENCHMARKS.md")),
    "channels",
    `\n${run ? partOfChannels(run) : "No whole run of it is here yet."}\n`,
  ),
});

/** Writes the charts, and everything on the pages that is measured or computed. */
export function writeReport(run) {
  if (run.subject === "channels") {
    for (const { file, svg } of chartsOfChannels(run)) writeWhole(results(file), svg);
    for (const [file, text] of Object.entries(pagesOfChannels(run))) writeWhole(at(file), text);
    writeWhole(results("channels.md"), `${report(run)}\n`);
    return console.log("Written: BENCHMARKS.md and bench/results/");
  }
  writeCharts(run);
  const written = pages(run);
  for (const [file, text] of Object.entries(written)) writeWhole(at(file), text);
  writeWhole(results("results.md"), `${report(run)}\n`);
  return console.log(`Written: ${Object.keys(written).join(", ")} and bench/results/`);
}
