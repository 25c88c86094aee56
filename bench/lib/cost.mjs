// What streams cost on Cloudflare: the one formula, for BENCHMARKS.md and docs/streams.md, from the prices
// and limits of the platform, the defaults of docs/contract.md, what the Worker's budget counts for an
// event (src/config/limits.rs), and the CPU time that was measured.
import { at } from "../../scripts/lib.mjs";
import { find } from "./paths.mjs";
import { table } from "./table.mjs";

// https://developers.cloudflare.com/workers/platform/pricing/ and .../limits/, as published in 2026
// (copies of April to October). Time that a stream waits is free on both plans.
const PAID = { base: 5, requests: 10e6, perMillionRequests: 0.3, cpuMs: 30e6, perMillionCpuMs: 0.02 };
const FREE = { requestsPerDay: 100_000, cpuMs: 10 };
/** `CPU_BUDGET_MS` on the Paid plan: its default limit. */
const PAID_BUDGET_MS = 30_000;

const CLIENTS = 1000;
const DAY_MS = 86_400_000;
const MONTH_DAYS = 30;

const whole = (text) => Number(text.replaceAll("_", ""));
const counted = (name) => whole(find(at("src/config/limits.rs"), new RegExp(`${name}: u64 = ([\\d_]+);`)));
const defaultOf = (name) => whole(find(at("docs/contract.md"), new RegExp(`\\| \`${name}\` \\| (\\d+) \\|`)));

const EVENT_CPU_US = counted("EVENT_CPU_US");
const OPENING_CPU_US = counted("OPENING_CPU_US");
const MAX_STREAM_MS = defaultOf("MAX_STREAM_MS");
const RETRY_MS = defaultOf("RETRY_MS");

/** Planned ends lie evenly between these percentages of the life or the budget. */
const END_SPREAD = find(at("src/config/limits.rs"), /END_SPREAD: \(u32, u32\) = \((\d+, \d+)\)/)
  .split(", ")
  .map(Number);
/** @param {number} of @returns {[low: number, high: number]} */
const shares = (of) => {
  const [low, high] = END_SPREAD.map((percent) => Math.floor((of * percent) / 100));
  return [low, high];
};
/** @param {[low: number, high: number]} bounds */
const mean = ([low, high]) => (low + high) / 2;

/** How many events a CPU budget pays for, before the spread. */
const paidFor = (cpuBudgetMs) => Math.floor((cpuBudgetMs * 1000 - OPENING_CPU_US) / EVENT_CPU_US);

/**
 * The streams of one client, in milliseconds on average: how long one lives, and how long it is from the
 * beginning of one to the beginning of the next. What a client misses while it is away is sent when it
 * comes back, so a stream that its budget ends serves as many ticks as that pays for, the missed ones
 * included; one that its life ends is followed by the reconnection time.
 */
function stream(interval, maxStreamMs, cpuBudgetMs) {
  const byBudget = mean(shares(paidFor(cpuBudgetMs))) * interval;
  const byLife = mean(shares(maxStreamMs));
  return { lives: Math.min(byBudget, byLife), cycle: Math.min(byBudget, byLife + RETRY_MS) };
}

/** A month of `CLIENTS` clients: streams opened, events sent, milliseconds of CPU. */
function month(interval, maxStreamMs, cpuBudgetMs, cpu) {
  const { lives, cycle } = stream(interval, maxStreamMs, cpuBudgetMs);
  const streams = (CLIENTS * MONTH_DAYS * DAY_MS) / cycle;
  const events = (CLIENTS * MONTH_DAYS * DAY_MS) / interval;
  return {
    seconds: Math.round(lives / 1000),
    streams,
    perDay: streams / MONTH_DAYS,
    events,
    cpuMs: (events * cpu.tick + streams * cpu.open) / 1000,
  };
}

/** Clients that Free carries, by its requests a day. */
const carried = (interval) =>
  Math.floor((FREE.requestsPerDay * stream(interval, MAX_STREAM_MS, FREE.cpuMs).cycle) / DAY_MS);

/** Dollars for what is beyond the plan. */
const dollarsFor = ({ streams, cpuMs }) => ({
  requests: (Math.max(0, streams - PAID.requests) / 1e6) * PAID.perMillionRequests,
  cpu: (Math.max(0, cpuMs - PAID.cpuMs) / 1e6) * PAID.perMillionCpuMs,
});

function bill(seen) {
  const { requests, cpu } = dollarsFor(seen);
  return PAID.base + requests + cpu;
}

const dollars = (value) => `$${value.toFixed(2)}`;
const number = (value) => Math.round(value).toLocaleString("en");
const count = (value) =>
  value >= 1e6
    ? `${(value / 1e6).toFixed(1)} M`
    : value >= 1e3
      ? `${Math.round(value / 1e3)} k`
      : String(Math.round(value));
const time = (ms) =>
  ms >= 3_600_000 ? `${ms / 3_600_000} h` : ms >= 60_000 ? `${ms / 60_000} min` : `${ms / 1000} s`;

const INTERVALS = [100, 1000, 5000, 15_000, 60_000];
const LIVES = [60_000, 600_000, 3_600_000];

/**
 * The tables of BENCHMARKS.md.
 *
 * @param {{ tick: number, open: number }} cpu microseconds, for a tick and for opening a stream
 */
export function costs(cpu) {
  const free = INTERVALS.map((interval) => {
    const seen = LIVES.map((maxLife) => month(interval, maxLife, FREE.cpuMs, cpu));
    return [
      time(interval),
      `${month(interval, MAX_STREAM_MS, FREE.cpuMs, cpu).seconds} s`,
      ...seen.map(({ perDay: n }) => `${count(n)}${n > FREE.requestsPerDay ? " ✗" : ""}`),
      number(carried(interval)),
    ];
  });
  const paid = INTERVALS.flatMap((interval) =>
    LIVES.map((maxLife) => {
      const seen = month(interval, maxLife, PAID_BUDGET_MS, cpu);
      return [
        time(interval),
        time(maxLife),
        count(seen.events),
        count(seen.streams),
        count(seen.cpuMs),
        dollars(bill(seen)),
      ];
    }),
  );
  const onPaid = month(1000, MAX_STREAM_MS, PAID_BUDGET_MS, cpu);
  const onFree = month(1000, MAX_STREAM_MS, FREE.cpuMs, cpu);
  return `A thousand clients with a tick a second for 30 days are ${count(onPaid.events)} events. At ${cpu.tick.toFixed(1)} µs each and ${Math.round(cpu.open)} µs for each stream opened, that is ${count(onPaid.cpuMs)} ms of CPU. On **Paid**, with \`CPU_BUDGET_MS\` = ${PAID_BUDGET_MS} and \`MAX_STREAM_MS\` = ${MAX_STREAM_MS}, it is ${count(onPaid.streams)} requests and **${dollars(bill(onPaid))} a month**, of which $${PAID.base} are the plan. On **Free** each stream ends after ${onFree.seconds} s, by the CPU budget, and the clients make ${count(onFree.perDay)} requests a day where ${count(FREE.requestsPerDay)} are allowed: Free carries ${carried(1000)} of them.

Free plan (\`CPU_BUDGET_MS\` = ${FREE.cpuMs}): requests a day of a thousand clients; ✗ is more than the plan's ${count(FREE.requestsPerDay)}. The budget counts ${EVENT_CPU_US} µs for an event, as the Worker does.

${table(["interval", "stream lives", ...LIVES.map((maxLife) => `\`MAX_STREAM_MS\` ${time(maxLife)}`), `clients that fit, ${time(MAX_STREAM_MS)}`], free, { numeric: false })}

Paid plan (\`CPU_BUDGET_MS\` = ${PAID_BUDGET_MS}): a month of a thousand clients.

${table(["interval", "`MAX_STREAM_MS`", "events", "requests", "CPU ms", "a month"], paid, { numeric: false })}`;
}

/** What docs/streams.md says of the Free plan. */
export function freePlan() {
  const events = shares(paidFor(FREE.cpuMs));
  const lifetimes = shares(MAX_STREAM_MS / 1000);
  const seconds = (bounds) => `${bounds.map(Math.round).join(" to ")} s`;
  const rows = [100, 1000, 10_000].map((interval) => {
    const { lives, cycle } = stream(interval, MAX_STREAM_MS, FREE.cpuMs);
    const byLife = lives < mean(events) * interval;
    return [
      time(interval),
      seconds(byLife ? lifetimes : events.map((n) => (n * interval) / 1000)),
      number(DAY_MS / cycle),
      number(carried(interval)),
    ];
  });
  const by = (interval) => number(DAY_MS / stream(interval, MAX_STREAM_MS, FREE.cpuMs).cycle);
  return `\`CPU_BUDGET_MS = ${FREE.cpuMs}\` pays for (${number(FREE.cpuMs * 1000)} − ${OPENING_CPU_US}) / ${EVENT_CPU_US} = ${paidFor(FREE.cpuMs)} events, and each stream takes a share of ${END_SPREAD.join(" % to ")} % of them: ${events.join(" to ")}.

${table(["interval", "a stream lasts", "streams a day for each client", `clients on ${number(FREE.requestsPerDay)} requests a day`], rows, { numeric: false })}

What a client missed between two streams is sent at the beginning of the next one. So a stream that the budget ends serves as many ticks as the budget pays for, ${mean(events)} on average, and a day at 1 s takes 86,400 / ${mean(events)} = ${by(1000)} streams. At 10 s it is the life that ends a stream, and the next one begins after the reconnection time: 86,400 / (${mean(lifetimes)} + ${RETRY_MS / 1000}) = ${by(10_000)}.`;
}

/**
 * What docs/streams.md says of the Paid plan.
 *
 * @param {{ tick: number, open: number }} cpu microseconds, for a tick and for opening a stream
 */
export function paidPlan(cpu) {
  const seen = month(1000, MAX_STREAM_MS, PAID_BUDGET_MS, cpu);
  const perClient = DAY_MS / stream(1000, MAX_STREAM_MS, PAID_BUDGET_MS).cycle;
  const beyond = dollarsFor(seen);
  const million = (value) => `${(value / 1e6).toFixed(1)} million`;
  return table(
    ["", "amount", "included", "price"],
    [
      ["plan", "", "", dollars(PAID.base)],
      [
        "requests",
        `1,000 clients × ${number(perClient)} streams × 30 days = ${million(seen.streams)}`,
        `${PAID.requests / 1e6} million`,
        dollars(beyond.requests),
      ],
      [
        "CPU",
        `${million(seen.events)} ticks × ${cpu.tick.toFixed(1)} µs + ${million(seen.streams)} streams × ${Math.round(cpu.open)} µs = ${million(seen.cpuMs)} ms`,
        `${PAID.cpuMs / 1e6} million ms`,
        dollars(beyond.cpu),
      ],
      ["a month", "", "", `**${dollars(bill(seen))}**`],
    ],
    { numeric: false },
  );
}
