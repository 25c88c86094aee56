// What is measured of channels, in the order of the tables; see bench/lib/metrics.mjs.
const BRIDGE = "by-hand-bridge";

const publishes = [1, 8, 64].flatMap((atOnce) => {
  const often = atOnce === 1 ? "one after another" : `${atOnce} at once`;
  return [
    {
      key: `publishCpu${atOnce}`,
      title: `CPU for a stored publish, ${often}`,
      unit: "µs",
      digits: 0,
      goals: [{ to: BRIDGE, limit: 1.05 }],
    },
    {
      key: `publishTime${atOnce}`,
      title: `time to its acknowledgement, ${often}, median`,
      unit: "ms",
      digits: 2,
      goals: [],
    },
    {
      key: `publishRate${atOnce}`,
      title: `publishes a second, ${often}`,
      unit: "1/s",
      digits: 0,
      more: true,
      goals: atOnce === 64 ? [{ limit: 2800 }] : [],
    },
  ];
});

const percent = { unit: "%", digits: 1, goals: [] };

/** Of readers that stop reading. */
const slow = [
  {
    key: "slowMemory",
    title: "memory for each reader that stopped reading, after 1 MB for it",
    unit: "KiB",
    digits: 1,
    goals: [],
  },
  { key: "calmP99", title: "publish to the last of 40 readers, 1 KB, p99", unit: "ms", digits: 1, goals: [] },
  { key: "slowP99", title: "the same while 40 more do not read", unit: "ms", digits: 1, goals: [] },
  { key: "slowCut", title: "of those that stopped, cut by the server", ...percent },
  {
    key: "slowHave",
    title: "what they have when they read again, without coming back",
    more: true,
    ...percent,
  },
  { key: "slowBack", title: "what they have when those cut have come back", more: true, ...percent },
];

/** Of many channels. */
const many = [
  {
    key: "manyCpu",
    title: "the same of 1,200 readers, each of a channel of its own",
    unit: "µs",
    digits: 2,
    goals: [],
  },
  {
    key: "manyOpened",
    title: "memory for each reader of a channel of its own, just opened",
    unit: "KiB",
    digits: 1,
    goals: [],
  },
  { key: "manyMemory", title: "the same after 31 s of silence", unit: "KiB", digits: 1, goals: [] },
];

/** @type {import("../lib/metrics.mjs").Metric[]} */
export const METRICS = [
  {
    key: "deliverCpu",
    title: "CPU for each delivery",
    unit: "µs",
    digits: 1,
    goals: [{ to: BRIDGE, limit: 1.0 }],
  },
  { key: "lastP50", title: "publish to the last reader, median", unit: "ms", digits: 1, goals: [] },
  {
    key: "lastP99",
    title: "publish to the last reader, 99th percentile",
    unit: "ms",
    digits: 1,
    goals: [{ to: BRIDGE, limit: 1.0 }],
  },
  {
    key: "busyAck",
    title: "publish to its acknowledgement, with these readers, median",
    unit: "ms",
    digits: 1,
    goals: [],
  },
  { key: "reached", title: "deliveries of those due", unit: "%", digits: 2, more: true, goals: [] },
  { key: "deliverBytes", title: "bytes for each delivery, on the wire", unit: "B", digits: 1, goals: [] },
  ...publishes,
  { key: "openTime", title: "time to open a reader, one at a time", unit: "µs", digits: 0, goals: [] },
  { key: "openCpu", title: "CPU to open a reader", unit: "µs", digits: 0, goals: [] },
  {
    key: "missedTime",
    title: "time to open a reader that missed 1,000 messages",
    unit: "ms",
    digits: 1,
    goals: [],
  },
  {
    key: "missedCpu",
    title: "CPU to open a reader that missed 1,000 messages",
    unit: "µs",
    digits: 0,
    goals: [],
  },
  {
    key: "readCpu",
    title: "CPU for each of 10,000 messages, read in one answer",
    unit: "µs",
    digits: 2,
    goals: [],
  },
  { key: "readTime", title: "time of that answer", unit: "ms", digits: 1, goals: [] },
  {
    key: "replayCpu",
    title: "CPU for each of 10,000 messages, to an EventSource",
    unit: "µs",
    digits: 2,
    goals: [{ to: BRIDGE, limit: 0.3 }],
  },
  { key: "replayTime", title: "time until it has them", unit: "ms", digits: 1, goals: [] },
  { key: "silentMemory", title: "memory for each silent reader", unit: "KiB", digits: 1, goals: [] },
  { key: "busyMemory", title: "memory for each busy reader", unit: "KiB", digits: 1, goals: [] },
  {
    key: "silentCpu",
    title: "CPU for a silent reader's second",
    unit: "µs",
    digits: 2,
    goals: [],
  },
  ...many,
  {
    key: "wakeAck",
    title: "first publish after a silence, to its acknowledgement",
    unit: "ms",
    digits: 1,
    goals: [],
  },
  { key: "wakeLast", title: "the same, to the last reader", unit: "ms", digits: 1, goals: [] },
  { key: "awakeLast", title: "the next ones, to the last reader, median", unit: "ms", digits: 1, goals: [] },
  ...slow,
  {
    key: "rowsMade",
    title: "rows written for a channel that is made, and its first message",
    unit: "rows",
    digits: 0,
    goals: [],
  },
  { key: "rowsPublish", title: "rows written for a publish", unit: "rows", digits: 2, goals: [{ limit: 1 }] },
  {
    key: "rowsReader",
    title: "rows written for 10 readers and 10 reads",
    unit: "rows",
    digits: 2,
    goals: [{ limit: 0 }],
  },
  {
    key: "rowsHeld",
    title: "rows written for a second of a silent reader",
    unit: "rows",
    digits: 2,
    goals: [{ limit: 0 }],
  },
  {
    key: "rowsBusy",
    title: "rows written for a publish to 10 readers",
    unit: "rows",
    digits: 2,
    goals: [{ limit: 1 }],
  },
  { key: "upload", title: "size uploaded, gzipped", unit: "KiB", digits: 1, goals: [{ limit: 80 }] },
];
