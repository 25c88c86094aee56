// What grows with readers and with messages: tables and charts of the measures that take several sizes.
import { lines } from "../lib/charts.mjs";
import { optional, table } from "../lib/table.mjs";

const PERCENT = 100;

/**
 * Each such measure, with its columns: what is seen in a level, and digits.
 *
 * @type {{ measure: string, title: string, columns: [string, (level: any) => number, number][] }[]}
 */
const TABLES = [
  {
    measure: "levels",
    title:
      "From few readers to many, each number of them in a fresh process, up to the rate that is too much; the memory of each is that of silent ones, just opened:",
    columns: [
      ["readers", ({ readers }) => readers, 0],
      ["messages/s", ({ rate }) => rate, 0],
      ["CPU for a delivery, µs", ({ deliverCpu }) => deliverCpu, 1],
      ["to the last reader, ms", ({ lastP50 }) => lastP50, 1],
      ["p99, ms", ({ lastP99 }) => lastP99, 1],
      ["delivered, %", ({ reached }) => reached, 2],
      ["of the core, %", ({ core }) => core * PERCENT, 0],
      ["readers cut", ({ ended }) => ended, 0],
      ["memory for each, KiB", ({ memory }) => memory, 1],
    ],
  },
  {
    measure: "publishes",
    title: "A publish five times a second, with its deliveries, by the number of readers:",
    columns: [
      ["readers", ({ readers }) => readers, 0],
      ["CPU for a publish and its deliveries, µs", ({ publishCpu }) => publishCpu, 0],
      ["to its acknowledgement, ms", ({ ack }) => ack, 1],
      ["to the last reader, p99, ms", ({ lastP99 }) => lastP99, 1],
    ],
  },
  {
    measure: "replays",
    title: "A channel that an EventSource reads from the beginning, by its length:",
    columns: [
      ["messages", ({ messages }) => messages, 0],
      ["CPU for each, µs", ({ replayCpu }) => replayCpu, 2],
      ["until it has all, ms", ({ replayTime }) => replayTime, 1],
    ],
  },
];

const levelsOf = (run, name, measure) => run.values[name][0][measure] ?? [];

/** The tables of what a run has measured of this kind, each with its heading. */
export const growthOfChannels = (run) =>
  TABLES.filter(({ measure }) => levelsOf(run, "ours", measure).length).map(({ measure, title, columns }) => {
    const rows = run.servers.flatMap((server) =>
      levelsOf(run, server.name, measure).map((level) => [
        server.title,
        ...columns.map(([, value, digits]) => optional(value(level), digits)),
      ]),
    );
    return `${title}\n\n${table(["", ...columns.map(([head]) => head)], rows)}`;
  });

/** At this rate the core is full for few, and it is the one of `deliver`. */
const RATE = 10;
const atRate = ({ rate }) => rate === RATE;
const readersOf = ({ readers }) => readers;

const CHARTS = [
  {
    file: "channels-delivery-cpu.svg",
    title: `CPU for each delivery, µs, by number of readers, ${RATE} messages a second`,
    measure: "levels",
    only: atRate,
    x: readersOf,
    y: ({ deliverCpu }) => deliverCpu,
  },
  {
    file: "channels-last-reader.svg",
    title: `Publish to the last reader, p99, ms, by number of readers, ${RATE} messages a second`,
    measure: "levels",
    only: atRate,
    x: readersOf,
    y: ({ lastP99 }) => lastP99,
  },
  {
    file: "channels-memory.svg",
    title: "Memory for each silent reader, KiB, by number of readers",
    measure: "levels",
    // The memory is the same at each rate: it is taken before the first.
    only: ({ rate }) => rate === 1,
    x: readersOf,
    y: ({ memory }) => memory,
  },
  {
    file: "channels-publish-cpu.svg",
    title: "CPU for a publish and its deliveries, µs, by number of readers",
    measure: "publishes",
    even: true,
    x: readersOf,
    y: ({ publishCpu }) => publishCpu,
  },
  {
    file: "channels-replay-cpu.svg",
    title: "CPU for each message replayed to an EventSource, µs, by length of the channel",
    measure: "replays",
    x: ({ messages }) => messages,
    y: ({ replayCpu }) => replayCpu,
  },
];

/**
 * The charts of what a run has measured.
 *
 * @returns {{ file: string, title: string, svg: string }[]}
 */
export const chartsOfChannels = (run) =>
  CHARTS.flatMap(({ file, title, measure, only = () => true, x, y, even }) => {
    const series = run.servers.map((server) => ({
      label: server.title,
      ours: server.name === "ours",
      points: levelsOf(run, server.name, measure)
        .filter((level) => only(level) && Number.isFinite(y(level)))
        .map((level) => [x(level), y(level)]),
    }));
    const ours = series.find((one) => one.ours);
    return ours?.points.length ? [{ file, title, svg: lines(title, series, { even }) }] : [];
  });
