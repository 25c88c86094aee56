// What is measured, in the order of the tables. `goal` is the most (or, where more is better, the
// least) that ours may be: a ratio to a peer, or an absolute value.
/**
 * @typedef {object} Metric
 * @property {string} key      its name in the values of a run
 * @property {string} title
 * @property {string} unit
 * @property {number} digits   after the point
 * @property {boolean} [more]  more is better
 * @property {{ to?: string, limit: number }[]} goals
 */
/** @type {Metric[]} */
export const METRICS = [
  {
    key: "tickCpu",
    title: "CPU for each tick",
    unit: "µs",
    digits: 1,
    goals: [
      { to: "plain-js", limit: 0.95 },
      { to: "hono", limit: 0.6 },
      { to: "better-sse", limit: 0.75 },
    ],
  },
  {
    key: "openCpu",
    title: "CPU to open a stream",
    unit: "µs",
    digits: 0,
    goals: [{ to: "plain-js", limit: 1.1 }],
  },
  {
    key: "freshCpu",
    title: "CPU to open a stream, first 500 of a process",
    unit: "µs",
    digits: 0,
    goals: [{ to: "plain-js", limit: 1.15 }],
  },
  { key: "openTime", title: "time to open a stream, 16 at once", unit: "µs", digits: 0, goals: [] },
  { key: "headTime", title: "time to the answer's head, one at a time", unit: "µs", digits: 0, goals: [] },
  {
    key: "firstEvent",
    title: "time to the first event, one at a time",
    unit: "µs",
    digits: 0,
    goals: [{ to: "plain-js", limit: 1.2 }],
  },
  {
    key: "start",
    title: "process start to first byte",
    unit: "ms",
    digits: 0,
    goals: [{ to: "plain-js", limit: 1.25 }],
  },
  {
    key: "idleMemory",
    title: "memory for each idle stream",
    unit: "KiB",
    digits: 1,
    goals: [{ to: "plain-js", limit: 1.05 }],
  },
  {
    key: "busyMemory",
    title: "memory for each busy stream after 30 s",
    unit: "KiB",
    digits: 1,
    goals: [{ to: "plain-js", limit: 1.05 }],
  },
  { key: "eventBytes", title: "bytes for each event, on the wire", unit: "B", digits: 1, goals: [] },
  {
    key: "delivered",
    title: "ticks delivered of ticks due",
    unit: "%",
    digits: 2,
    more: true,
    goals: [{ limit: 99.5 }],
  },
  { key: "lagP50", title: "lag, median", unit: "ms", digits: 1, goals: [] },
  { key: "lagP99", title: "lag, 99th percentile", unit: "ms", digits: 1, goals: [] },
  {
    key: "leaveCpu",
    title: "CPU for each client that leaves, all at once",
    unit: "µs",
    digits: 0,
    goals: [],
  },
  { key: "leaveTime", title: "time until all that left are forgotten", unit: "ms", digits: 0, goals: [] },
  {
    key: "rate99",
    title: "highest rate with 99 % delivered",
    unit: "events/s",
    digits: 0,
    more: true,
    goals: [],
  },
  { key: "peakRate", title: "highest rate at all", unit: "events/s", digits: 0, more: true, goals: [] },
  { key: "upload", title: "size uploaded, gzipped", unit: "KiB", digits: 1, goals: [{ limit: 80 }] },
];
