// @ts-check
/** @import { EdgeEvents, Listening, State, Tick } from "./edge-events.js" */
import { $, write } from "./dom.js";
import { connect } from "./edge-events.js";
import { draw, duration, inWords, Timeline } from "./timeline.js";

const canvas = /** @type {HTMLCanvasElement} */ ($("strip"));
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const timeline = new Timeline();
const counts = { ticks: 0, reconnects: 0, rotations: 0, replayed: 0, gaps: 0, duplicates: 0 };

/** @type {EdgeEvents} */ let stream;
/** @type {AbortController} */ let running;
/** @type {AbortController} */ let listening;
/** @type {Tick | undefined} */ let latest;
let logged = 0; // when the last tick in the console was
let lost = false;

// ── Settings: in the address, so that a reload and a shared link keep them ──

/** @param {string} name */
const radios = (name) => /** @type {HTMLInputElement[]} */ ([...document.getElementsByName(name)]);
/** @param {string} name */
const chosen = (name) => radios(name).find((radio) => radio.checked)?.value ?? "";

/** A value that is not offered becomes a choice of its own: the server says whether it is allowed.
 * @param {string} name @param {string} value */
function choose(name, value) {
  let radio = radios(name).find((radio) => radio.value === value);
  if (!radio) {
    const label = /** @type {HTMLElement} */ (radios(name)[0].parentElement);
    label.parentElement?.append(label.cloneNode(true));
    radio = /** @type {HTMLInputElement} */ (radios(name).at(-1));
    radio.value = value;
    const ms = name === "interval" && whole(value);
    /** @type {HTMLElement} */ (radio.nextElementSibling).textContent = ms
      ? `${ms / 1000} s`
      : value.slice(0, 12) || "(empty)";
  }
  radio.checked = true;
}

/** @param {string} text */
const whole = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

for (const name of ["interval", "format"]) {
  const value = new URLSearchParams(location.search).get(name);
  if (value !== null) choose(name, value);
}

for (const radio of [...radios("interval"), ...radios("format")]) {
  radio.addEventListener("change", () => {
    history.replaceState(null, "", `?${query()}`);
    start();
    showRaw();
  });
}

// ── The stream ──

const query = () => String(new URLSearchParams({ interval: chosen("interval"), format: chosen("format") }));

/** @param {number} [lastEventId] */
function start(lastEventId) {
  // First the listeners: that one stream makes room for another is no news.
  listening?.abort();
  running?.abort();
  listening = new AbortController();
  running = new AbortController();
  latest = undefined;
  const interval = whole(chosen("interval"));
  stream = connect(`/events?${query()}`, { interval, signal: running.signal, lastEventId });

  /** @type {Listening} */
  const on = (type, listener) => stream.addEventListener(type, listener, { signal: listening.signal });
  on("state", ({ detail }) => showState(detail));
  on("tick", ({ detail }) => showTick(detail));
  on("gap", ({ detail }) => {
    counts.gaps += 1;
    timeline.add("gap", Date.now());
    console.log(`gap: ${detail.missed} ticks missed`);
  });
  on("rotate", ({ detail }) => {
    counts.rotations += 1;
    timeline.add("rotate", Date.now());
    console.log(`planned end: ${detail.reason}`);
  });
  on("duplicate", () => (counts.duplicates += 1));
  showState(stream.state);
}

/** @param {Tick} tick */
function showTick(tick) {
  const { id, data, arrived, lag, live, replayed } = tick;
  latest = tick;
  const timed = lag !== undefined;
  $("clock").hidden = !timed;
  $("text").hidden = timed;
  if (timed) {
    const [date, time] = new Date(id).toISOString().split("T");
    write("time", time.slice(0, 8));
    $("time").setAttribute("datetime", `${date}T${time}`);
    const interval = Number(chosen("interval"));
    write("fraction", interval < 1000 ? time.slice(8, interval === 100 ? 10 : -1) : "");
    write("date", `${new Date(id).toLocaleDateString("en-GB", { dateStyle: "full", timeZone: "UTC" })}, UTC`);
  } else {
    write("text", data);
    write("date", `event ${id}`);
  }

  counts.ticks += 1;
  if (replayed) counts.replayed += 1;
  timeline.add(live ? "tick" : replayed ? "replayed" : "first", arrived, lag);
  const at = timed ? id : arrived;
  if (Math.abs(at - logged) >= 950) {
    console.log(data); // one in each second: ten would drown the console
    logged = at;
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
  refused: "the server had an error",
  aborted: "by you",
  off: "the server has switched the stream off",
};

/** @param {State} state */
function showState({ state, reason = "", status, since }) {
  const stopped = state === "stopped";
  const refused = reason === "refused";
  // A pause that the server planned is soon over: it is shown, and not announced.
  const paused = reason === "rotate";
  const why = stopped && refused ? "the server refused" : REASONS[reason];
  const words = `${state}${why ? `: ${why}` : ""}${refused && status ? ` (${status})` : ""}`;
  $("state").parentElement?.setAttribute("data-state", paused ? "paused" : state);
  if (!paused) say(words, state === "live" ? "open" : words);
  if (stopped && refused) explain(words);
  write("stop", stopped ? "Resume" : "Stop");
  $("cut").toggleAttribute("disabled", stopped);
  if (state === "live") timeline.back(Date.now());
  const away = state === "reconnecting" && !paused;
  if (away && !lost) counts.reconnects += 1;
  if (away || stopped) timeline.lost(since);
  lost = away;
  show();
}

/** @param {string} words @param {string} line */
function say(words, line) {
  if (words !== $("state").textContent) console.log(line);
  write("state", words);
}

/** Adds the server’s own sentence, which names what is allowed. @param {string} words */
async function explain(words) {
  try {
    const answer = await fetch(stream.url, { signal: listening.signal });
    if (answer.ok) return answer.body?.cancel();
    const { detail } = await answer.json();
    if (detail) say(`${words}. ${detail}`, detail);
  } catch {
    // there is none, or other settings were chosen
  }
}

/** @param {number} [lag] */
const ms = (lag) => (lag === undefined ? "–" : `${lag} ms`);

/** @param {number} [median] */
function skew(median = 0) {
  if (latest && latest.lag === undefined) return "The ids of this stream are no times: it has no lag.";
  if (median < 0) return "Yours is behind the server’s.";
  return median > 2_000 ? "Yours is ahead of the server’s, or the line is very slow." : "";
}

/** Where one waits so long for a tick that one wonders. @param {number} now @param {number} [median] */
function next(now, median = 0) {
  const interval = whole(chosen("interval")) ?? 0;
  if (interval < 5_000 || latest?.lag === undefined) return "";
  const s = Math.ceil((latest.id + interval + median - now) / 1000);
  return s > 0 ? ` · next tick in ${Math.min(s, interval / 1000)} s` : " · the next tick is due";
}

function show() {
  const now = Date.now();
  const { state, reason, since, retryAt = 0 } = stream.state;
  const { median, p95 } = timeline.lag();
  const retry = retryAt > now ? `in ${Math.ceil((retryAt - now) / 1000)} s` : "now";
  const away = reason === "rotate" ? `planned pause, back ${retry}` : retry;
  const there = `for ${duration(now - since)}${state === "live" ? next(now, median) : ""}`;
  write("how-long", state === "reconnecting" ? away : there);
  write("role", stream.leads || state !== "live" ? "" : "· by another tab’s connection");
  for (const [id, count] of Object.entries(counts)) write(id, count);
  write("strip-title", `The last ${inWords(timeline.span(now))}`);
  write("median", ms(median));
  write("p95", ms(p95));
  write("skew", skew(median));
  canvas.dataset.marks = String(timeline.marks.length);
  draw(canvas, timeline, now);
}

// In the widest picture a pixel is about 200 ms wide: oftener would change nothing.
let beats = 0;
setInterval(() => {
  if (!document.hidden && (++beats % 5 === 0 || !calm.matches)) show();
}, 200);

// ── Controls ──

$("stop").addEventListener("click", () => {
  if (stream.state.state === "stopped") start(stream.lastEventId);
  else running.abort();
});
$("cut").addEventListener("click", () => stream.cut());

const raw = /** @type {HTMLDetailsElement} */ ($("raw"));
/** @type {AbortController | undefined} */ let reading;

async function showRaw() {
  reading?.abort();
  if (!raw.open) return;
  reading = new AbortController();
  const { signal } = reading;
  const { show } = await import("./raw.js"); // few visitors open it
  show(stream.url, signal, () => timeline.add("heartbeat", Date.now()));
}
raw.addEventListener("toggle", showRaw);

// ── Channels ──

/** The token of the address's fragment, which `npm start` prints. It leaves the address bar at once, and is
 * kept for as long as the tab is. */
function takeToken() {
  const KEPT = "edge-events token";
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) history.replaceState(null, "", location.pathname + location.search);
  try {
    if (token) sessionStorage.setItem(KEPT, token);
    return token ?? sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return token ?? ""; // the browser keeps nothing for this site
  }
}

/** Deployed as it comes, channels are closed: to ask for one would write an error into the console. */
async function showChannels() {
  const token = takeToken();
  for (;;) {
    try {
      const { channels } = await (await fetch("/health", { cache: "no-store" })).json();
      $("channels-open").hidden = channels !== "open";
      $("channels-closed").hidden = channels === "open";
      if (channels === "open") (await import("./wall.js")).show(token);
      else write("wall-state", "closed");
      return;
    } catch {
      await new Promise((resume) => setTimeout(resume, 5_000)); // the server is away
    }
  }
}

for (const id of ["curl", "curl-follow", "curl-publish", "curl-close"]) {
  write(id, $(id).textContent?.replace("https://HOST", location.origin) ?? "");
}
start();
showChannels();
