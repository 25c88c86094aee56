// @ts-check
/** What happened in the last few minutes, and its picture. */

const SPANS_MS = [30_000, 60_000, 120_000, 180_000]; // the picture zooms out as it fills

export const WINDOW_MS = 180_000; // the widest of them
export const MAX_MARKS = 2_500; // three minutes at ten ticks a second, and some hundred others
const MAX_LAG_MS = 60_000; // the top of the picture; the scale is logarithmic

/** @typedef {"tick" | "first" | "replayed" | "heartbeat" | "rotate" | "gap"} Kind */
/** @typedef {{ at: number, kind: Kind, lag?: number }} Mark */
/** @typedef {{ from: number, to: number }} Outage  `to` is Infinity while it lasts */

export class Timeline {
  /** @type {Mark[]} */ marks = [];
  /** @type {Outage[]} */ outages = [];

  /** @param {Kind} kind @param {number} at @param {number} [lag] */
  add(kind, at, lag) {
    this.marks.push({ at, kind, lag });
    this.#trim(at);
  }

  /** @param {number} at */
  lost(at) {
    if (this.outages.at(-1)?.to !== Infinity) this.outages.push({ from: at, to: Infinity });
    this.#trim(at);
  }

  /** @param {number} at */
  back(at) {
    const last = this.outages.at(-1);
    if (last?.to === Infinity) last.to = at;
  }

  /** How much time the picture shows. @param {number} now */
  span(now) {
    const oldest = Math.min(this.marks[0]?.at ?? now, this.outages[0]?.from ?? now);
    return SPANS_MS.find((span) => span >= now - oldest) ?? WINDOW_MS;
  }

  /** Median and 95th percentile of the live ticks' lag. */
  lag() {
    const lags = this.marks.flatMap(({ kind, lag }) => (kind === "tick" && lag !== undefined ? lag : []));
    lags.sort((a, b) => a - b);
    return { median: quantile(lags, 0.5), p95: quantile(lags, 0.95) };
  }

  /** @param {number} now */
  #trim(now) {
    const oldest = now - WINDOW_MS;
    while (this.marks.length > MAX_MARKS || this.marks[0]?.at < oldest) this.marks.shift();
    while (this.outages.length > MAX_MARKS || this.outages[0]?.to < oldest) this.outages.shift();
  }
}

/** The nearest rank. @param {number[]} sorted @param {number} q @returns {number | undefined} */
export function quantile(sorted, q) {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

/** @param {number} ms */
export function duration(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** @param {number} ms */
export const inWords = (ms) => (ms < 120_000 ? `${ms / 1000} seconds` : `${ms / 60_000} minutes`);

/** Where a lag stands between bottom (0) and top (1). @param {number} lag */
export function height(lag) {
  return Math.log1p(Math.min(Math.max(lag, 0), MAX_LAG_MS)) / Math.log1p(MAX_LAG_MS);
}

/** @param {HTMLCanvasElement} canvas @param {Timeline} timeline @param {number} now */
export function draw(canvas, timeline, now) {
  const context = canvas.getContext("2d");
  const ratio = devicePixelRatio;
  const { clientWidth: width, clientHeight: tall } = canvas;
  if (!context || !width) return;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(tall * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(tall * ratio);
  }
  const style = getComputedStyle(canvas);
  /** @param {string} name */
  const colour = (name) => style.getPropertyValue(`--${name}`);
  const span = timeline.span(now);
  const floor = tall - 18; // below it, the axis of time
  /** @param {number} at */
  const x = (at) => width - 6 - ((now - at) / span) * (width - 6);
  /** @param {number} [lag] */
  const y = (lag = 0) => floor - 8 - height(lag) * (floor - 20);

  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, tall);

  for (const { from, to } of timeline.outages) {
    const left = Math.max(0, x(from));
    context.fillStyle = colour("outage");
    context.fillRect(left, 0, Math.max(2, x(Math.min(to, now)) - left), floor);
  }

  context.font = `11px ${style.fontFamily}`;
  context.textBaseline = "bottom";
  for (const [lag, label] of /** @type {const} */ ([
    [10, "10 ms"],
    [100, "0.1 s"],
    [1_000, "1 s"],
    [10_000, "10 s"],
  ])) {
    const line = Math.round(y(lag)) + 0.5;
    context.fillStyle = colour("line");
    context.fillRect(0, line, width, 1);
    context.fillStyle = colour("quiet");
    context.fillText(label, 0, line - 1);
  }
  context.fillStyle = colour("line");
  context.fillRect(0, floor, width, 1);
  context.fillStyle = colour("quiet");
  context.fillText(`${inWords(span)} ago`, 0, tall);
  context.textAlign = "end";
  context.fillText("now", width, tall);
  context.textAlign = "start";

  for (const { at, kind, lag } of timeline.marks) {
    const left = x(at);
    context.fillStyle = context.strokeStyle = colour(kind);
    context.beginPath();
    if (kind === "tick") {
      context.arc(left, y(lag), 2.2, 0, 7);
      context.fill();
      context.globalAlpha = 0.16;
      context.fillRect(left - 0.75, y(lag), 1.5, floor - y(lag));
      context.globalAlpha = 1;
    } else if (kind === "first" || kind === "replayed") {
      context.lineWidth = 1.5;
      context.arc(left, y(lag), 3, 0, 7);
      context.stroke();
    } else if (kind === "heartbeat") {
      context.fillRect(left - 0.75, floor - 8, 1.5, 8);
    } else if (kind === "rotate") {
      context.fillRect(left - 0.5, 6, 1, floor - 6);
      context.moveTo(left, 0);
      context.lineTo(left + 5, 6);
      context.lineTo(left, 12);
      context.lineTo(left - 5, 6);
      context.fill();
    } else {
      context.fillRect(left - 1.5, 0, 3, floor);
    }
  }
}
