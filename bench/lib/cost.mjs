// What a thousand clients cost for a month on Cloudflare: prices and limits with their source,
// the Worker's own numbers from src/config/limits.rs, and CPU from the measurement.
import { at, readText } from "../../scripts/lib.mjs";
import { table } from "./table.mjs";

// https://developers.cloudflare.com/workers/platform/pricing/ and .../limits/, as published in 2026
// (copies of April to October). Time that a stream waits is free on both plans.
const PAID = { base: 5, requests: 10e6, perMillionRequests: 0.3, cpuMs: 30e6, perMillionCpuMs: 0.02 };
const FREE = { requestsPerDay: 100_000, cpuMs: 10 };

const CLIENTS = 1000;
const DAY_MS = 86_400_000;
const MONTH_DAYS = 30;
const MONTH_MS = MONTH_DAYS * DAY_MS;

const LIMITS = readText(at("src/config/limits.rs"));
const constant = (name) =>
  Number(new RegExp(`${name}: u64 = ([\\d_]+);`).exec(LIMITS)[1].replaceAll("_", ""));
const defaultOf = (name) =>
  Number(new RegExp(`variable\\("${name}", ([\\d_]+)`).exec(LIMITS)[1].replaceAll("_", ""));

const EVENT_CPU_US = constant("EVENT_CPU_US");
const OPENING_CPU_US = constant("OPENING_CPU_US");
const MEAN_SPREAD = 0.9; // planned ends lie evenly between 80 % and 100 %

/** How long a stream lives on average, in milliseconds. */
function life(interval, maxStreamMs, cpuBudgetMs) {
  const events = (MEAN_SPREAD * (cpuBudgetMs * 1000 - OPENING_CPU_US)) / EVENT_CPU_US;
  return Math.min(events * interval, MEAN_SPREAD * maxStreamMs);
}

/** A month of `CLIENTS` clients: a stream's seconds, streams opened, events sent, milliseconds of CPU. */
function month(interval, maxStreamMs, cpuBudgetMs, cpu) {
  const lived = life(interval, maxStreamMs, cpuBudgetMs);
  const streams = (CLIENTS * MONTH_MS) / (lived + defaultOf("RETRY_MS"));
  const events = (CLIENTS * MONTH_MS) / interval;
  return {
    seconds: Math.round(lived / 1000),
    streams,
    perDay: streams / MONTH_DAYS,
    events,
    cpuMs: (events * cpu.tick + streams * cpu.open) / 1000,
  };
}

/** Clients that Free carries where `CLIENTS` make so many requests a day. */
const carried = (perDay) => Math.floor(FREE.requestsPerDay / (perDay / CLIENTS));

function paidDollars({ streams, cpuMs }) {
  const requests = (Math.max(0, streams - PAID.requests) / 1e6) * PAID.perMillionRequests;
  const cpu = (Math.max(0, cpuMs - PAID.cpuMs) / 1e6) * PAID.perMillionCpuMs;
  return PAID.base + requests + cpu;
}

const INTERVALS = [100, 1000, 5000, 15_000, 60_000];
const LIVES = [60_000, 600_000, 3_600_000];
const PAID_BUDGET_MS = 30_000;

const count = (value) =>
  value >= 1e6
    ? `${(value / 1e6).toFixed(1)} M`
    : value >= 1e3
      ? `${Math.round(value / 1e3)} k`
      : String(Math.round(value));
const time = (ms) =>
  ms >= 3_600_000 ? `${ms / 3_600_000} h` : ms >= 60_000 ? `${ms / 60_000} min` : `${ms / 1000} s`;

/** The tables, from microseconds of CPU for a tick and for opening a stream. */
export function costs(cpu) {
  const free = INTERVALS.map((interval) => {
    const seen = LIVES.map((maxLife) => month(interval, maxLife, FREE.cpuMs, cpu));
    const { seconds, perDay } = month(interval, defaultOf("MAX_STREAM_MS"), FREE.cpuMs, cpu);
    return [
      time(interval),
      `${seconds} s`,
      ...seen.map(({ perDay: n }) => `${count(n)}${n > FREE.requestsPerDay ? " ✗" : ""}`),
      carried(perDay).toLocaleString("en"),
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
        `$${paidDollars(seen).toFixed(2)}`,
      ];
    }),
  );
  const hertz = month(1000, defaultOf("MAX_STREAM_MS"), PAID_BUDGET_MS, cpu);
  const onFree = month(1000, defaultOf("MAX_STREAM_MS"), FREE.cpuMs, cpu);
  return `A thousand clients at 1 Hz for 30 days are ${count(hertz.events)} events. At ${cpu.tick.toFixed(1)} µs each and ${Math.round(cpu.open)} µs for each stream opened, that is ${count(hertz.cpuMs)} ms of CPU. On **Paid**, with \`CPU_BUDGET_MS\` = ${PAID_BUDGET_MS} and \`MAX_STREAM_MS\` = ${defaultOf("MAX_STREAM_MS")}, it is ${count(hertz.streams)} requests and **$${paidDollars(hertz).toFixed(2)} a month**, of which $${PAID.base} are the plan. On **Free** each stream ends after ${onFree.seconds} s, by the CPU budget, and the clients make ${count(onFree.perDay)} requests a day where ${count(FREE.requestsPerDay)} are allowed: Free carries ${carried(onFree.perDay)} of them.

Free plan (\`CPU_BUDGET_MS\` = ${FREE.cpuMs}): requests a day of a thousand clients; ✗ is more than the plan's ${count(FREE.requestsPerDay)}. The budget counts ${EVENT_CPU_US} µs for an event, as the Worker does.

${table(["interval", "stream lives", ...LIVES.map((maxLife) => `\`MAX_STREAM_MS\` ${time(maxLife)}`), `clients that fit, ${time(defaultOf("MAX_STREAM_MS"))}`], free, { numeric: false })}

Paid plan (\`CPU_BUDGET_MS\` = ${PAID_BUDGET_MS}): a month of a thousand clients.

${table(["interval", "`MAX_STREAM_MS`", "events", "requests", "CPU ms", "a month"], paid, { numeric: false })}`;
}
