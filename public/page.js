// @ts-check
import { connect } from "./edge-events.js";
import { read, Tail } from "./raw.js";
import { draw, Timeline } from "./timeline.js";

const CUT_MS = 3_000;

/** @param {string} id */
const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** Writes only what changed: no work, and no announcement, for the rest. @param {string} id @param {string | number} text */
const write = (id, text) => {
  if ($(id).textContent !== String(text)) $(id).textContent = String(text);
};
const canvas = /** @type {HTMLCanvasElement} */ ($("strip"));
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const timeline = new Timeline();
const counts = { ticks: 0, reconnects: 0, rotations: 0, replayed: 0, gaps: 0, duplicates: 0 };

/** @type {import("./edge-events.js").EdgeEvents} */ let stream;
/** @type {AbortController} */ let running;
let logged = 0; // the last tick in the console
let lost = false;

// ── Settings: in the address, so that a reload and a shared link keep them ──

/** @param {string} name */
const radios = (name) => /** @type {HTMLInputElement[]} */ ([...document.getElementsByName(name)]);
/** @param {string} name */
const chosen = (name) => radios(name).find((radio) => radio.checked)?.value ?? "";

for (const [name, value] of new URLSearchParams(location.search)) {
  const radio = radios(name).find((radio) => radio.value === value);
  if (radio) radio.checked = true;
}

for (const radio of [...radios("interval"), ...radios("format")]) {
  radio.addEventListener("change", () => {
    history.replaceState(null, "", `?interval=${chosen("interval")}&format=${chosen("format")}`);
    start();
    showRaw();
  });
}

// ── The stream ──

/** @param {number} [lastEventId] */
function start(lastEventId) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const interval = Number(chosen("interval"));
  const format = /** @type {"iso" | "unix" | "json"} */ (chosen("format"));
  const events = connect("/events", { interval, format, signal, lastEventId });
  stream = events;

  /** @param {keyof import("./edge-events.js").Events} type @param {(detail: any) => void} listener */
  const on = (type, listener) =>
    events.addEventListener(type, (event) => {
      if (events === stream) listener(/** @type {CustomEvent} */ (event).detail);
    });
  on("state", showState);
  on("tick", showTick);
  on("gap", ({ missed }) => {
    counts.gaps += 1;
    timeline.add("gap", Date.now());
    console.log(`gap: ${missed} ticks missed`);
  });
  on("rotate", ({ reason }) => {
    counts.rotations += 1;
    timeline.add("rotate", Date.now());
    console.log(`planned end: ${reason}`);
  });
  on("duplicate", () => (counts.duplicates += 1));
  showState(events.state);
}

/** @param {import("./edge-events.js").Tick} tick */
function showTick({ id, data, arrived, lag, live, replayed }) {
  const [date, time] = new Date(id).toISOString().split("T");
  write("time", time.slice(0, 8));
  $("time").setAttribute("datetime", `${date}T${time}`);
  write("fraction", chosen("interval") === "100" ? time.slice(8, 10) : "");
  write("date", `${new Date(id).toLocaleDateString("en-GB", { dateStyle: "full", timeZone: "UTC" })}, UTC`);

  counts.ticks += 1;
  if (replayed) counts.replayed += 1;
  timeline.add(live ? "tick" : replayed ? "replayed" : "first", arrived, lag);
  if (Math.abs(id - logged) >= 1_000) {
    console.log(data); // at most one for each second: ten would drown the console
    logged = id;
  }
  show();
}

// ── The state, in words ──

/** @type {Record<string, string>} */
const REASONS = {
  lost: "the connection was lost",
  silent: "nothing came for too long",
  offline: "there is no network",
  cut: "you cut the connection",
  overload: "the server is full",
  rotate: "the stream ended as planned",
  refused: "the server had an error",
  aborted: "by you",
  off: "the server has switched the stream off",
};

/** @param {import("./edge-events.js").State} state */
function showState({ state, reason = "", status, since }) {
  const why = state === "stopped" && reason === "refused" ? "the server refused" : REASONS[reason];
  const words = why ? `${state}: ${why}${status && reason === "refused" ? ` (${status})` : ""}` : state;
  if (words !== $("state").textContent) console.log(state === "live" ? "open" : words);
  write("state", words);
  $("state").parentElement?.setAttribute("data-state", state);
  write("stop", state === "stopped" ? "Resume" : "Stop");
  $("cut").toggleAttribute("disabled", state === "stopped");
  if (state === "live") timeline.back(Date.now());
  else if (state === "reconnecting" && !lost) counts.reconnects += 1;
  if (state === "reconnecting" || state === "stopped") timeline.lost(since);
  lost = state === "reconnecting";
  show();
}

/** @param {number} ms */
function duration(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** @param {number | undefined} lag */
const ms = (lag) => (lag === undefined ? "–" : `${lag} ms`);

/** @param {number | undefined} median */
function skew(median = 0) {
  if (median < 0) return "Yours is behind the server’s.";
  return median > 2_000 ? "Yours is ahead of the server’s, or the line is very slow." : "";
}

function show() {
  const now = Date.now();
  const { state, since, retryAt = 0 } = stream.state;
  const retry = retryAt > now ? `in ${Math.ceil((retryAt - now) / 1000)} s` : "now";
  write("how-long", state === "reconnecting" ? retry : `for ${duration(now - since)}`);
  write("role", stream.leads || state !== "live" ? "" : "· by another tab’s connection");
  for (const [id, count] of Object.entries(counts)) write(id, count);
  const { median, p95 } = timeline.lag();
  write("median", ms(median));
  write("p95", ms(p95));
  write("skew", skew(median));
  canvas.dataset.marks = String(timeline.marks.length);
  draw(canvas, timeline, now);
}

// In the full picture a pixel is about 200 ms wide: oftener would change nothing.
setInterval(() => {
  if (!document.hidden && !calm.matches) show();
}, 200);
setInterval(() => {
  if (!document.hidden && calm.matches) show();
}, 1000);

// ── Controls ──

$("stop").addEventListener("click", () => {
  if (stream.state.state === "stopped") start(stream.lastEventId);
  else running.abort();
});
$("cut").addEventListener("click", () => stream.cut(CUT_MS));

const raw = /** @type {HTMLDetailsElement} */ ($("raw"));
/** @type {AbortController | undefined} */ let reading;

function showRaw() {
  reading?.abort();
  if (!raw.open) return;
  reading = new AbortController();
  const tail = new Tail();
  let total = 0;
  let words = "";
  const render = () => {
    const box = $("bytes");
    const follows = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
    box.textContent = String(tail);
    if (follows) box.scrollTop = box.scrollHeight;
    write("raw-state", `On a connection of its own: ${words}, ${total} bytes.`);
  };
  read(new URL(stream.url).href, reading.signal, {
    text(text, bytes) {
      total += bytes;
      tail.push(text);
      if (/^:/m.test(text)) timeline.add("heartbeat", Date.now());
      render();
    },
    note(news) {
      words = news;
      render();
    },
  });
}
raw.addEventListener("toggle", showRaw);

write("curl", `curl -N ${location.origin}/events`);
start();
