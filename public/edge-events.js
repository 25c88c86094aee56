// @ts-check
/**
 * Ticks from `/events`, live, by EventSource: with words for the state of the connection,
 * nothing lost and nothing doubled, and one connection for all tabs of the origin.
 *
 *     import { connect } from "./edge-events.js";
 *     const ticks = connect("/events", { interval: 1000 });
 *     ticks.addEventListener("tick", ({ detail }) => console.log(detail.data, detail.lag));
 *
 * Events, each a CustomEvent with its `detail`:
 *   `state`      {@link State}   the connection, in words
 *   `tick`       {@link Tick}
 *   `gap`        {@link Gap}     ticks that will never come
 *   `rotate`     `{reason}`      a planned end; the stream goes on by itself, nothing is lost
 *   `overload`   `{retry_ms}`    the server is full; the stream comes back by itself
 *   `duplicate`  `{id}`          a tick that came twice: dropped, and the server's fault
 *
 * @typedef {"connecting" | "live" | "reconnecting" | "stopped"} StateName
 *
 * @typedef {object} State
 * @property {StateName} state
 * @property {number} since        when this state began, Unix ms
 * @property {string} [reason]     reconnecting: `lost`, `silent`, `offline`, `cut`, `overload`, `rotate`,
 *                                 `refused`;
 *                                 stopped: `aborted`, `off` (the server answered 204), `refused`
 * @property {number} [retryAt]    reconnecting: when the next attempt begins, Unix ms
 * @property {number} [status]     refused: the server's HTTP status
 *
 * @typedef {object} Tick
 * @property {number} id           the tick's time, Unix ms
 * @property {string} data         as the server wrote it
 * @property {number} arrived      Unix ms, by this machine's clock
 * @property {number} lag          `arrived - id`
 * @property {boolean} live        it was due while the connection stood: only then is `lag` the line's
 * @property {boolean} replayed    it was missed, and sent later
 *
 * @typedef {object} Gap
 * @property {number} after        the last tick before it
 * @property {number} resumed_at   the first tick after it
 * @property {number} missed       how many are missing
 * @property {boolean} announced   the server said so; otherwise it was noticed here
 *
 * @typedef {object} Options
 * @property {number} [interval]      ms between ticks; left out, the server's default
 * @property {"iso" | "unix" | "json"} [format]
 * @property {AbortSignal} [signal]   stops the stream for good
 * @property {boolean} [shared]       one connection for all tabs with the same settings (default true);
 *                                    where the browser has no Web Locks, each tab has its own
 * @property {number} [lastEventId]   go on after this tick
 * @property {number} [patience]      ms without the expected tick before the stream is reopened (5000)
 */

const RETRY_MS = 2_000; // the first wait after a loss; doubled for each failure up to the next line
const MAX_RETRY_MS = 30_000;
const OVERLOAD_MS = 15_000; // where the server does not say
const MAX_INTERVAL_MS = 60_000; // the slowest stream there is: assumed until two ticks tell better
const SETTLE_MS = 250; // a full server says so right after `open`: listen before saying "live"
const RECENT = 60; // ticks kept for a tab that comes later: as many as the server replays

/** Clients that were cut together must not come back together. @param {number} ms */
const spread = (ms) => Math.round(ms * (0.5 + Math.random()));

/** @param {string} text @returns {Record<string, any>} */
function fields(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** @param {string} url @param {Record<string, string | number | undefined>} query */
function withQuery(url, query) {
  const result = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) result.searchParams.set(name, String(value));
  }
  return result.href;
}

/** What an id tells about the ticks before it. */
export class Order {
  /** @type {number | undefined} */ #next;

  /** @param {number} [interval] @param {number} [last] */
  constructor(interval, last) {
    this.given = interval;
    this.interval = interval;
    this.last = last;
  }

  /** The server has said that the next tick is this one. @param {number} id */
  skipTo(id) {
    this.#next = id;
  }

  /** @param {number} id @returns {number} ticks missing before `id`; -1 if it is not a new one */
  accept(id) {
    const { last } = this;
    if (last !== undefined && id <= last) return -1;
    const expected = this.#next ?? (last === undefined ? id : last + (this.given ?? id - last));
    if (last !== undefined && this.#next === undefined && this.given === undefined) {
      this.interval = Math.min(this.interval ?? Infinity, id - last);
    }
    this.last = id;
    this.#next = undefined;
    return id > expected ? Math.round((id - expected) / (this.interval ?? id - expected)) : 0;
  }
}

/** Heartbeats are comments, which EventSource hides: silence is measured by the tick that is due.
 * @param {Order} order @param {number} patience */
const silenceLimit = (order, patience) => (order.interval ?? MAX_INTERVAL_MS) + patience;

/**
 * One EventSource at a time, reopened for as long as it takes. The waiting is done here and not by
 * EventSource, which never says when it will try again, never slows down, cannot be told to hurry,
 * and gives up for good on a 500.
 */
class Stream {
  /** @type {EventSource | undefined} */ #source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #stopped = false;
  #failures = 0;
  #full = false;
  /** @type {number | undefined} */ #last; // on this connection, or what it resumed from
  #fresh = true; // it did not resume
  #ticks = 0;
  #openedAt = 0;
  #heardAt = 0;
  #leastLag = Infinity; // the line and the difference of the clocks, without what was late

  /**
   * @param {string} url
   * @param {Order} order
   * @param {number} patience
   * @param {(message: any) => void} tell
   */
  constructor(url, order, patience, tell) {
    this.url = url;
    this.order = order;
    this.patience = patience;
    this.tell = tell;
  }

  get #limit() {
    return silenceLimit(this.order, this.patience);
  }

  open() {
    this.#close();
    if (this.#stopped) return;
    const { last } = this.order;
    const source = new EventSource(withQuery(this.url, { last_event_id: last }));
    this.#source = source;
    this.#last = last;
    this.#fresh = last === undefined;
    this.#full = false;
    this.#ticks = 0;
    this.#heardAt = this.#openedAt = Date.now();
    this.#wait(this.#limit + this.patience, () => this.#lost("silent"));

    source.onopen = () => {
      this.#openedAt = Date.now();
      this.#wait(SETTLE_MS, () => this.#live());
    };
    source.onmessage = (event) => this.#tick(Number(event.lastEventId), event.data);
    source.addEventListener("gap", ({ data }) => {
      this.tell({ type: "gap", announced: true, ...fields(data) });
    });
    source.addEventListener("rotate", ({ data }) => {
      const { reason, retry_ms = RETRY_MS } = fields(data);
      this.tell({ type: "rotate", reason });
      // The server spreads planned ends already, so coming back at once makes no crowd; unless
      // this connection brought nothing, for then it would be a tight loop.
      if (this.#ticks > 0) this.open();
      else this.#retry("rotate", retry_ms);
    });
    source.addEventListener("overload", ({ data }) => {
      const { retry_ms = spread(OVERLOAD_MS) } = fields(data);
      this.tell({ type: "overload", retry_ms });
      this.#full = true;
      this.#retry("overload", retry_ms);
    });
    source.onerror = () => {
      if (source.readyState === 2) this.#refused(source);
      else this.#lost("lost");
    };
  }

  /** For good. A listener may ask for it in the middle of what is being told. */
  stop() {
    this.#stopped = true;
    this.#close();
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  /** @param {number} ms */
  cut(ms) {
    this.#retry("cut", ms);
  }

  /** The machine woke up or the network is back: timers have slept too. */
  hurry() {
    const waiting = !this.#source && !this.#full;
    if (waiting || (this.#source && Date.now() - this.#heardAt > this.#limit)) this.open();
  }

  /** @param {number} id @param {string} data */
  #tick(id, data) {
    const arrived = Date.now();
    const lag = arrived - id;
    const offset = Number.isFinite(this.#leastLag) ? this.#leastLag : 0;
    const first = this.#ticks++ === 0;
    // The first tick of a new client was due before it came; so was whatever would have
    // arrived before this connection opened.
    const live = !(first && this.#fresh) && id + offset >= this.#openedAt;
    if (live) this.#leastLag = Math.min(this.#leastLag, lag);
    const twice = this.#last !== undefined && id <= this.#last;
    this.#failures = 0;
    this.#last = twice ? this.#last : id;
    this.#live();
    if (twice) this.tell({ type: "duplicate", id });
    else this.tell({ type: "tick", id, data, arrived, lag, live, replayed: !live && !this.#fresh });
    // Again, for this tick may have told the interval; unless a listener has cut the connection.
    if (this.#source) this.#watch();
  }

  #live() {
    this.#watch();
    this.tell({ type: "state", state: "live" });
  }

  #watch() {
    this.#heardAt = Date.now();
    this.#wait(this.#limit, () => this.#lost("silent"));
  }

  /** @param {string} reason @param {number} [status] */
  #lost(reason, status) {
    if (globalThis.navigator?.onLine === false) reason = "offline";
    const wait = spread(Math.min(RETRY_MS * 2 ** this.#failures, MAX_RETRY_MS));
    this.#failures += 1;
    this.#retry(reason, wait, status);
  }

  /** @param {string} reason @param {number} ms @param {number} [status] */
  #retry(reason, ms, status) {
    if (this.#stopped) return;
    this.#close();
    this.#wait(ms, () => this.open());
    this.tell({ type: "state", state: "reconnecting", reason, status, retryAt: Date.now() + ms });
  }

  /** EventSource gives up on any answer but a stream, and does not say which it was: ask.
   * @param {EventSource} source */
  async #refused(source) {
    const status = await fetch(this.url, { method: "HEAD" }).then(
      (r) => r.status,
      () => 0,
    );
    if (source !== this.#source) return;
    const final = status === 204 || (status >= 400 && status < 500 && ![408, 429].includes(status));
    if (!final) return this.#lost(status ? "refused" : "lost", status || undefined);
    const reason = status === 204 ? "off" : "refused";
    this.tell({ type: "state", state: "stopped", reason, status });
  }

  /** @param {number} ms @param {() => void} then */
  #wait(ms, then) {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(then, ms);
  }
}

/** What {@link connect} returns. */
export class EdgeEvents extends EventTarget {
  /** @type {Order} */ #order;
  /** @type {number} */ #patience;
  /** @type {State} */ #state = { state: "connecting", since: Date.now() };
  /** @type {Stream | undefined} */ #stream; // only in the tab that has the connection
  /** @type {BroadcastChannel | undefined} */ #channel;
  /** @type {AbortController | undefined} */ #turn; // this tab's place in the line for the lock
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #silence;
  /** @type {Tick[]} */ #recent = [];
  #life = new AbortController();
  #welcomed = false;
  #me = Math.random().toString(36).slice(2);

  /** @param {string | URL} url @param {Options} [options] */
  constructor(url, { interval, format, signal, shared = true, lastEventId, patience = 5_000 } = {}) {
    super();
    this.url = withQuery(new URL(url, globalThis.location?.href).href, { interval, format });
    this.#order = new Order(interval, lastEventId);
    this.#patience = patience;
    signal?.addEventListener("abort", () => this.#stop("aborted"), { signal: this.#life.signal });
    if (signal?.aborted) this.#stop("aborted");
    else this.#begin(shared);
  }

  /** @param {boolean} shared */
  #begin(shared) {
    const hurry = () => {
      if (document.visibilityState === "visible") this.#stream?.hurry();
    };
    this.#on(globalThis, "online", () => this.#stream?.hurry());
    this.#on(globalThis, "pageshow", hurry);
    this.#on(globalThis.document, "visibilitychange", hurry);
    this.#on(globalThis.document, "resume", hurry);
    // A frozen tab would keep the others waiting for its connection.
    this.#on(globalThis.document, "freeze", () => this.#stepDown());
    this.#on(globalThis, "pagehide", () => this.#stepDown());

    if (shared && globalThis.navigator?.locks && globalThis.BroadcastChannel) this.#join();
    else this.#lead();
  }

  /** The connection, in words. */
  get state() {
    return this.#state;
  }

  /** The last tick's id. */
  get lastEventId() {
    return this.#order.last;
  }

  /** Whether the connection is this tab's own, or another tab's. */
  get leads() {
    return this.#stream !== undefined;
  }

  /** Cuts the connection, for all tabs that share it, and comes back after `ms`. */
  cut(ms = 3_000) {
    if (this.#stream) this.#stream.cut(ms);
    else this.#post({ type: "cut", ms });
  }

  // One connection for all tabs: whoever holds the lock opens it and passes on what it brings. All
  // others stand in line for the lock, which the browser gives to the next one when its holder goes.

  #join() {
    this.#channel = new BroadcastChannel(`edge-events ${this.url}`);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#post({ type: "hello", from: this.#me, last: this.lastEventId });
    this.#queue();
    this.#watch();
  }

  async #queue(steal = false) {
    this.#turn?.abort();
    const turn = (this.#turn = new AbortController());
    const held = () =>
      new Promise((release) => {
        turn.signal.addEventListener("abort", release);
        this.#lead();
      });
    try {
      const options = steal ? { steal } : { signal: turn.signal };
      await navigator.locks.request(`edge-events ${this.url}`, options, held);
    } catch (error) {
      // AbortError: the lock was taken from this tab, or it left the line. Anything else: no
      // locks here, so no sharing.
      if (Object(error).name !== "AbortError") {
        this.#channel?.close();
        this.#channel = undefined;
        return this.#lead();
      }
    }
    if (turn !== this.#turn || this.#life.signal.aborted) return;
    this.#stream?.stop();
    this.#stream = undefined;
    this.#watch();
    this.#queue();
  }

  #lead() {
    if (this.#life.signal.aborted) return;
    clearTimeout(this.#silence);
    this.#welcomed = true;
    this.#post({ type: "lead" });
    this.#stream = new Stream(this.url, this.#order, this.#patience, (message) => this.#tell(message));
    this.#stream.open();
  }

  #stepDown() {
    if (!this.#channel || !this.#stream) return;
    this.#stream.stop();
    this.#turn?.abort();
  }

  /** A tab that leads but is silent for longer than its stream may be is frozen: take over. */
  #watch() {
    clearTimeout(this.#silence);
    const retryIn = Math.max(0, (this.#state.retryAt ?? 0) - Date.now());
    const limit = silenceLimit(this.#order, this.#patience);
    this.#silence = setTimeout(() => this.#queue(true), retryIn + limit + spread(this.#patience));
  }

  /** From another tab. @param {any} message */
  #hear({ to = this.#me, ...message }) {
    if (to !== this.#me) return;
    if (this.#stream) {
      if (message.type === "cut") this.#stream.cut(message.ms);
      if (message.type === "hello") this.#welcome(message.from, message.last);
      // Another tab has taken over, and the news of it has not come here yet.
      if (message.type === "tick" || message.type === "gap") this.#deliver(message);
      return;
    }
    if (message.type === "hello" || message.type === "cut") return;
    this.#watch();
    if (message.type === "lead") {
      if (!this.#welcomed) this.#post({ type: "hello", from: this.#me, last: this.lastEventId });
    } else if (message.type === "welcome") {
      this.#welcomed = true;
      for (const tick of message.ticks) this.#deliver(tick);
      this.#deliver(message.state);
    } else if (this.#welcomed || message.type === "state") {
      this.#deliver(message);
    }
  }

  /** Brings a tab up to date that came later. @param {string} to @param {number} [last] */
  #welcome(to, last) {
    const missed = last === undefined ? this.#recent.slice(-1) : this.#recent.filter(({ id }) => id > last);
    const ticks = missed.map((tick) => ({ ...tick, live: false, replayed: last !== undefined }));
    this.#post({ type: "welcome", to, ticks, state: { type: "state", ...this.#state } });
  }

  /** From this tab's own stream, for it and for those that follow. @param {any} message */
  #tell(message) {
    if (this.#life.signal.aborted || (message.type === "state" && !this.#changes(message))) return;
    this.#post(message);
    this.#deliver(message);
  }

  /** @param {any} message */
  #deliver({ type, ...detail }) {
    if (type === "state") return this.#become(detail);
    if (type === "gap") this.#order.skipTo(detail.resumed_at);
    if (type === "tick") {
      const after = this.lastEventId;
      const missed = this.#order.accept(detail.id);
      if (missed < 0) return; // two tabs led for a moment
      if (missed > 0) this.#emit("gap", { after, resumed_at: detail.id, missed, announced: false });
      this.#recent.push({ type, ...detail });
      if (this.#recent.length > RECENT) this.#recent.shift();
    }
    this.#emit(type, detail);
  }

  /** @param {any} next */
  #changes({ state, reason, retryAt }) {
    const now = this.#state;
    return state !== now.state || reason !== now.reason || retryAt !== now.retryAt;
  }

  /** @param {any} next */
  #become(next) {
    if (!this.#changes(next) || this.#state.state === "stopped") return;
    const since = next.state === this.#state.state ? this.#state.since : Date.now();
    this.#state = { since, ...next };
    if (next.state === "stopped") this.#leave();
    this.#emit("state", this.#state);
  }

  /** @param {string} reason */
  #stop(reason) {
    this.#become({ state: "stopped", reason });
  }

  #leave() {
    this.#life.abort();
    this.#stream?.stop();
    this.#stream = undefined;
    clearTimeout(this.#silence);
    this.#turn?.abort();
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** @param {any} message */
  #post(message) {
    this.#channel?.postMessage(message);
  }

  /** @param {string} type @param {any} detail */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @param {EventTarget | undefined} target @param {string} type @param {() => void} listener */
  #on(target, type, listener) {
    target?.addEventListener?.(type, listener, { signal: this.#life.signal });
  }
}

/**
 * Opens the stream; it goes on until `signal` is aborted or the server says to stop.
 * @param {string | URL} url
 * @param {Options} [options]
 */
export function connect(url, options) {
  return new EdgeEvents(url, options);
}
