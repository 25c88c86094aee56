// @ts-check
/**
 * edge-events client 0.2.0
 * Copyright (c) 2026 The edge-events authors. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Ticks from `/events`, live, by EventSource: with words for the state of the connection, nothing lost
 * in silence and nothing doubled, and one connection for all tabs of the origin.
 *
 *     import { connect } from "./edge-events.js";
 *     const ticks = connect("/events", { interval: 1000 });
 *     ticks.addEventListener("tick", ({ detail }) => console.log(detail.data, detail.lag));
 *
 * @typedef {object} Events  each is a CustomEvent with this `detail`
 * @property {State} state   the connection, in words
 * @property {Tick} tick
 * @property {Gap} gap       ticks that will never come
 * @property {{ reason: string }} rotate      a planned end; the stream goes on by itself
 * @property {{ retry_ms: number }} overload  the server is full; the stream comes back by itself
 * @property {{ id: number }} duplicate       a tick that came twice: dropped
 *
 * @typedef {object} State
 * @property {"connecting" | "live" | "reconnecting" | "stopped"} state
 * @property {number} since      when it began, Unix ms
 * @property {string} [reason]   reconnecting: `lost`, `silent`, `offline`, `cut`, `overload`, `rotate`,
 *                               `refused`; stopped: `aborted`, `refused`, `off` (by a 204)
 * @property {number} [retryAt]  when the next attempt begins, Unix ms
 * @property {number} [status]   of a refusal
 *
 * @typedef {object} Tick
 * @property {number} id         its time, Unix ms
 * @property {string} data       as the server wrote it
 * @property {number} arrived    Unix ms, by this machine's clock
 * @property {number} [lag]      `arrived - id`; none where ids are no times
 * @property {boolean} live      it fell due while the connection stood: only then `lag` is the connection's
 * @property {boolean} replayed  it was missed, and sent later
 *
 * @typedef {object} Gap
 * @property {number} after       the last tick before it
 * @property {number} resumed_at  the first tick after it
 * @property {number} missed      how many are missing
 * @property {boolean} announced  by the server; otherwise noticed here
 *
 * @typedef {object} Options
 * @property {number} [interval]     ms between ticks; left out, the server's default
 * @property {string} [format]       of ticks, by the server's name for it
 * @property {AbortSignal} [signal]  stops the stream for good
 * @property {boolean} [shared]      one connection for all tabs with the same settings (default true)
 * @property {number} [lastEventId]  go on after this tick
 * @property {number} [patience]     ms without the expected tick before the stream is reopened (5000)
 *
 * @typedef {object} Backoff  one for all tabs
 * @property {number} failures  in a row
 * @property {number} retryAt
 * @property {boolean} firm     somebody asked for this wait: nothing cuts it short
 * @property {number} full      until then a full server wants no attempt
 *
 * @typedef {{ ids: any, source: (url: string) => any, group?: string }} Kind
 */
/** @template [E=Events] @typedef {<K extends keyof E>(type: K, listener: ((event: CustomEvent<E[K]>) => void) | { handleEvent(event: CustomEvent<E[K]>): void }, options?: boolean | AddEventListenerOptions) => void} Listening */
/** @template [E=Events] @typedef {{ addEventListener: Listening<E>, removeEventListener: Listening<E>, dispatchEvent(event: Event): boolean }} TypedTarget */

const RETRY_MS = 2_000; // the first wait after a loss; doubled for each failure up to
const MAX_RETRY_MS = 30_000;
const OVERLOAD_MS = 15_000; // where the server does not say
const MAX_INTERVAL_MS = 60_000; // the slowest stream there is: assumed until two ticks tell better
const SETTLE_MS = 250; // a full server says so right after `open`: listen before saying "live"
const RECENT = 60; // ticks kept for a tab that comes later: as many as the server replays
const NEAR_MS = 30 * 86_400_000; // an id further from now is no time: a replay is never so old
const TABS_VERSION = 2; // raise it when a message between tabs changes: versions share nothing

/** So that clients that were cut together do not come back together. @param {number} ms */
const spread = (ms) => Math.round(ms * (0.5 + Math.random()));

/** How long to wait after so many failures before the last one. @param {number} failures */
export const pause = (failures) => spread(Math.min(RETRY_MS * 2 ** failures, MAX_RETRY_MS));

/** Whether the answer would be the same if one asked again. @param {number} status */
export const isFinal = (status) =>
  status === 204 || (status >= 400 && status < 500 && ![408, 429].includes(status));

/** @param {string} text @returns {Record<string, any>} */
export function fields(text) {
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

/**
 * What ids mean: here times of a clock, or at least numbers that grow. The connection and the tabs
 * know of ids only what they ask this class; ids of another kind need another class.
 */
export class Order {
  /** @type {number | undefined} */ #given;
  /** @type {number | undefined} */ #learned; // the least distance of two ids on this connection
  /** @type {number | undefined} */ #before; // the last id on this connection
  /** @type {number | undefined} */ #had; // all up to this one was delivered, or told to be missing
  /** @type {boolean | undefined} */ #times; // ids are times
  /** @type {any[]} */ #recent = [];
  #delivered = false; // `last` was delivered here, and not only claimed by the page
  // Of this tab's own connection: the id that it resumed from, the last one that it brought, and its
  // least lag.
  /** @type {number | undefined} */ #from;
  /** @type {number | undefined} */ #heard;
  /** @type {number | undefined} */ #offset;

  /** @param {number} [interval] @param {number} [last] */
  constructor(interval, last) {
    this.#given = interval;
    this.last = this.#had = last;
  }

  /** Milliseconds between ticks, as far as they are known. */
  get #step() {
    return this.#times === false ? undefined : (this.#given ?? this.#learned);
  }

  /** How long it may be quiet: until the next tick, for EventSource hides heartbeats. */
  get silence() {
    return this.#step ?? MAX_INTERVAL_MS;
  }

  /** Where to go on. */
  get query() {
    return { last_event_id: this.last };
  }

  /** Whether this tab has what the others have. */
  get caughtUp() {
    return true;
  }

  /** A connection begins, here or in another tab. The server may have another interval by now. */
  opening() {
    this.#learned = this.#before = this.#heard = undefined;
    this.#from = this.last;
  }

  /** What came on this tab's own connection. @param {MessageEvent} event @param {number} openedAt */
  read({ lastEventId, data }, openedAt) {
    const id = Number(lastEventId);
    const arrived = Date.now();
    const first = this.#heard === undefined;
    const afresh = id <= (this.#heard ?? this.#from ?? NaN);
    if (afresh && !first) return { type: "duplicate", id };
    // The server began afresh: its interval is another one by now, or the id is ahead of its clock.
    if (afresh) this.#from = undefined;
    this.#heard = id;
    if (Math.abs(arrived - id) < NEAR_MS) this.#times = true;
    const lag = this.#times ? arrived - id : undefined;
    // A new client's first tick was due before it came. Where ids are no times, so was what comes
    // right after the opening.
    const resumed = this.#from !== undefined;
    const due = lag === undefined ? arrived - SETTLE_MS : id + (this.#offset ?? 0);
    const live = resumed ? due >= openedAt : !first;
    if (live && lag !== undefined) this.#offset = Math.min(this.#offset ?? lag, lag);
    return { type: "tick", id, data, arrived, lag, live, replayed: resumed && !live, afresh };
  }

  /** What this tab's listeners are to hear of a message. @param {any} message @returns {any[]} */
  take(message) {
    if (message.type === "gap") return this.#gap(message);
    if (message.type !== "tick") return [message];
    const { afresh, ...tick } = message;
    const { id } = tick;
    const { last } = this;
    const old = last !== undefined && id <= last;
    if (old && !afresh) return []; // two tabs led for a moment
    this.#times = tick.lag !== undefined;
    const gap = { type: "gap", resumed_at: id, announced: false };
    const told = old || !this.#given ? [] : this.#missing(gap, this.#step);
    if (this.#before !== undefined) this.#learned = Math.min(this.#learned ?? Infinity, id - this.#before);
    this.#before = this.#had = this.last = id;
    if (old) this.#recent = [];
    // Begun afresh with an older tick: what follows it is new.
    if (old && this.#delivered) return [];
    this.#delivered = true;
    this.#recent.push(tick);
    if (this.#recent.length > RECENT) this.#recent.shift();
    return [...told, tick];
  }

  /** Told to the tab that has the connection; this one may have more, or less. @param {any} gap */
  #gap(gap) {
    const step = (gap.resumed_at - gap.after) / (gap.missed + 1);
    const told = this.#missing(gap, step);
    if (told.length > 0) this.#had = gap.resumed_at - step;
    return told;
  }

  /** The gap as it is from what this tab has. @param {any} gap @param {number} [step] @param {number} [after] */
  #missing(gap, step = NaN, after = this.#had) {
    const missed = Math.round((gap.resumed_at - (after ?? NaN)) / step) - 1;
    return missed > 0 ? [{ ...gap, after, missed }] : [];
  }

  /** For a tab that came later and has all up to `last`. @param {number} [last] @returns {any[]} */
  since(last = -Infinity) {
    // What is ahead by more than a tick is no id of this server's.
    const afresh = last - (this.last ?? last) > this.silence;
    if (afresh || last < 0) {
      return this.#recent.slice(-1).map((tick) => ({ ...tick, live: false, replayed: false, afresh }));
    }
    const missed = this.#recent.filter(({ id }) => id > last);
    const gap = { type: "gap", resumed_at: missed[0]?.id, announced: false };
    const replay = missed.map((tick) => ({ ...tick, live: false, replayed: true }));
    return [...this.#missing(gap, this.#step, last), ...replay];
  }
}

/**
 * One EventSource at a time, or what looks like it, reopened for as long as it takes. The waiting is
 * done here, for EventSource never says when it will try again, never slows down, cannot hurry, and
 * gives up for good on a 500.
 */
class Connection {
  /** @type {any} */ #source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #stopped = false;
  #settled = false;
  #brought = false; // this connection has brought an event
  #openedAt = 0;
  deadline = 0; // by then it will have heard something, tried again, or given up

  /**
   * @param {string} url
   * @param {Kind} kind
   * @param {number} patience
   * @param {Backoff} backoff
   * @param {(message: any) => void} tell
   */
  constructor(url, { ids, source }, patience, backoff, tell) {
    this.url = url;
    this.ids = ids;
    this.make = source;
    this.patience = patience;
    this.backoff = backoff;
    this.tell = tell;
  }

  /** Goes on with the waiting of the tab before, if it waited. */
  begin() {
    const wait = this.backoff.retryAt - Date.now();
    if (wait <= 0) return this.open();
    this.#wait(wait, () => this.open());
    this.tell({ type: "alive" });
  }

  open() {
    this.#close();
    if (this.#stopped) return;
    const source = this.make(withQuery(this.url, this.ids.query));
    this.#source = source;
    this.#settled = this.#brought = false;
    this.#openedAt = Date.now();
    this.backoff.retryAt = 0;
    this.ids.opening();
    this.#wait(2 * this.patience, () => this.#lost("silent"));
    this.tell({ type: "opening" });

    source.onopen = () => {
      this.#openedAt = Date.now();
      this.#wait(SETTLE_MS, () => this.#live());
    };
    source.onmessage = (/** @type {MessageEvent} */ event) => {
      const message = this.ids.read(event, this.#openedAt);
      if (message.type !== "place") {
        this.#brought = true;
        this.backoff.failures = 0;
      }
      if (message.type !== "closed") this.#live();
      this.tell(message);
      // Again, for it may have told the interval; unless a listener has cut the connection.
      if (source === this.#source) this.#watch();
    };
    /** @param {string} type @param {(said: Record<string, any>) => void} then */
    const on = (type, then) =>
      source.addEventListener(type, (/** @type {MessageEvent} */ { data }) => then(fields(data)));
    on("gap", (said) => this.tell({ type: "gap", announced: true, ...said }));
    on("rotate", ({ reason, retry_ms }) => {
      this.tell({ type: "rotate", reason });
      if (source !== this.#source) return; // a listener has cut it
      // Ends of lives are spread: coming back at once makes no crowd, and after an event no tight
      // loop. At its CPU limit the server says when to come back.
      if (reason === "lifetime" && this.#brought) this.open();
      else this.#retry("rotate", Number(retry_ms) || RETRY_MS, true);
    });
    on("overload", (said) => {
      const retry_ms = Number(said.retry_ms) || spread(OVERLOAD_MS);
      this.backoff.full = Date.now() + retry_ms;
      this.tell({ type: "overload", retry_ms });
      if (source === this.#source) this.#retry("overload", retry_ms, true);
    });
    on("heartbeat", () => {
      this.#watch();
      this.tell({ type: "alive" });
    });
    on("renew", () => this.open());
    source.onerror = () => {
      if (source.readyState === 2) this.#refused(source);
      else this.#lost(source.reason ?? "lost");
    };
  }

  /** For good; a listener may ask for it in the middle of news. */
  stop() {
    this.#stopped = true;
    this.#close();
  }

  #close() {
    clearTimeout(this.#timer);
    const source = this.#source;
    if (!source) return;
    this.#source = undefined;
    source.close();
    // WebKit opens it again when the page comes back from the back-forward cache.
    source.onopen = source.onmessage = source.onerror = () => source.close();
  }

  /** @param {number} ms */
  cut(ms) {
    this.#retry("cut", ms, true);
  }

  /** The machine woke up or the network is back: timers have slept too. */
  hurry() {
    const waits = !this.#source && !this.backoff.firm;
    if (waits || Date.now() > this.deadline) this.open();
  }

  #live() {
    this.#watch();
    if (this.#settled) return;
    this.#settled = true;
    this.tell({ type: "state", state: "live" });
  }

  #watch() {
    if (this.#source) this.#wait(this.ids.silence + this.patience, () => this.#lost("silent"));
  }

  /** @param {string} reason @param {number} [status] */
  #lost(reason, status) {
    if (globalThis.navigator?.onLine === false) reason = "offline";
    this.#retry(reason, pause(this.backoff.failures++), false, status);
  }

  /** @param {string} reason @param {number} ms @param {boolean} firm @param {number} [status] */
  #retry(reason, ms, firm, status) {
    if (this.#stopped) return;
    this.#close();
    const now = Date.now();
    const retryAt = Math.max(now + ms, this.backoff.full);
    Object.assign(this.backoff, { retryAt, firm });
    this.#wait(retryAt - now, () => this.open());
    this.tell({ type: "state", state: "reconnecting", reason, status, retryAt });
  }

  /** EventSource does not say which answer it gave up on: ask.
   * @param {any} source */
  async #refused(source) {
    const ask = async () => (await fetch(this.url, { method: "HEAD" })).status;
    const status = source.status ?? (await ask().catch(() => 0));
    if (source !== this.#source) return;
    if (!isFinal(status)) return this.#lost(status ? "refused" : "lost", status || undefined);
    const reason = status === 204 ? "off" : "refused";
    this.tell({ type: "state", state: "stopped", reason, status });
  }

  /** @param {number} ms @param {() => void} then */
  #wait(ms, then) {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.deadline = Date.now() + ms;
    this.#timer = setTimeout(then, ms);
  }
}

/**
 * One connection for all tabs: whoever holds the lock opens it and passes on what it brings. All
 * others stand in line for the lock, which the browser gives to the next one when its holder goes.
 */
class Tabs {
  /** @type {BroadcastChannel | undefined} */ #channel;
  /** @type {AbortController | undefined} */ #turn; // this tab's place in the line
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #silence;
  #me = Math.random().toString(36).slice(2);

  /**
   * @param {string} name
   * @param {number} patience
   * @param {{ lead: () => void, follow: () => void, hear: (message: any, from: string) => void }} on
   */
  constructor(name, patience, on) {
    this.name = `edge-events/${TABS_VERSION} ${name}`;
    this.patience = patience;
    this.on = on;
    this.#channel = new BroadcastChannel(this.name);
    this.#channel.onmessage = ({ data: { to = this.#me, from, message } }) => {
      if (to === this.#me) on.hear(message, from);
    };
    this.watch(Date.now() + patience);
    this.#queue();
  }

  /** To one tab, or to all others. @param {any} message @param {string} [to] */
  post(message, to) {
    this.#channel?.postMessage({ from: this.#me, to, message });
  }

  async #queue(steal = false) {
    this.#turn?.abort();
    const turn = (this.#turn = new AbortController());
    const held = () =>
      new Promise((release) => {
        turn.signal.addEventListener("abort", release);
        clearTimeout(this.#silence);
        this.on.lead();
      });
    try {
      const options = steal ? { steal } : { signal: turn.signal };
      await navigator.locks.request(this.name, options, held);
    } catch (error) {
      // AbortError: the lock was taken from this tab, or it left the line. Else there are no locks.
      if (Object(error).name !== "AbortError") {
        this.leave();
        return this.on.lead();
      }
    }
    if (turn !== this.#turn) return;
    this.on.follow();
    this.watch(Date.now() + this.patience);
    this.#queue();
  }

  /**
   * Takes the lead some while after `until` if no word has come of the tab that has it: it is frozen
   * or hangs. `until` is that tab's own deadline: so nobody takes the lead from a tab that is known to
   * be trying, however long the server hangs.
   * @param {number} until @param {boolean} [again]
   */
  watch(until, again = false) {
    clearTimeout(this.#silence);
    const due = Math.max(until, Date.now()) + spread(this.patience);
    this.#silence = setTimeout(() => {
      // So late, this tab slept: whatever was told meanwhile is to be heard first.
      if (!again && Date.now() - due > this.patience) this.watch(0, true);
      else this.#queue(true);
    }, due - Date.now());
  }

  /** Gives the lead away. */
  stepDown() {
    if (this.#channel) this.#turn?.abort();
  }

  leave() {
    clearTimeout(this.#silence);
    const turn = this.#turn;
    this.#turn = undefined;
    turn?.abort();
    this.#channel?.close();
    this.#channel = undefined;
  }
}

const Target = /** @type {new () => TypedTarget} */ (/** @type {unknown} */ (EventTarget));

/** What {@link connect} returns. */
export class EdgeEvents extends Target {
  /** @type {Kind} */ #kind;
  /** @type {Order} */ #order;
  /** @type {number} */ #patience;
  /** @type {State} */ #state = { state: "connecting", since: Date.now() };
  /** @type {Connection | undefined} */ #connection; // only in the tab that has it
  /** @type {Connection | undefined} */ #catching; // until this tab has what the others have
  /** @type {Tabs | undefined} */ #tabs;
  /** @type {Backoff} */ #backoff = { failures: 0, retryAt: 0, firm: false, full: 0 };
  #life = new AbortController();
  #welcomed = false; // what came before this tab is known to it

  /** @param {string | URL} url @param {Options} [options] @param {Kind} [kind] */
  constructor(url, { interval, format, signal, shared = true, lastEventId, patience = 5_000 } = {}, kind) {
    super();
    this.url = withQuery(new URL(url, globalThis.location?.href).href, { interval, format });
    this.#kind = kind ?? {
      ids: new Order(interval, lastEventId),
      source: (url) => new EventSource(url),
    };
    this.#order = this.#kind.ids;
    this.#patience = patience;
    const stop = () => this.#become({ state: "stopped", reason: "aborted" });
    signal?.addEventListener("abort", stop, { signal: this.#life.signal });
    if (signal?.aborted) stop();
    else this.#begin(shared);
  }

  /** @param {boolean} shared */
  #begin(shared) {
    const { document } = globalThis;
    const hurry = () => this.#connection?.hurry();
    const hurryIfSeen = () => document.visibilityState === "visible" && hurry();
    // A frozen tab would keep the others waiting for its connection.
    const stepDown = () => this.#connection && this.#tabs?.stepDown();
    this.#on(globalThis, "online", hurry);
    this.#on(globalThis, "pageshow", ({ persisted }) => {
      // In the back-forward cache it heard nothing of other tabs: it asks.
      if (persisted) {
        this.#welcomed = false;
        this.#hello();
      }
      hurryIfSeen();
    });
    this.#on(globalThis, "pagehide", stepDown);
    this.#on(document, "visibilitychange", hurryIfSeen);
    this.#on(document, "resume", hurryIfSeen);
    this.#on(document, "freeze", stepDown);

    if (!shared || !globalThis.navigator?.locks || !globalThis.BroadcastChannel) return this.#lead();
    this.#tabs = new Tabs(this.url + (this.#kind.group ?? ""), this.#patience, {
      lead: () => this.#lead(),
      follow: () => this.#follow(),
      hear: (message, from) => this.#hear(message, from),
    });
    this.#hello();
  }

  /** The connection, in words. */
  get state() {
    return this.#state;
  }

  /** The last tick's id. */
  get lastEventId() {
    return this.#order.last;
  }

  /** Whether the connection is this tab's own. */
  get leads() {
    return this.#connection !== undefined;
  }

  /** Cuts the connection, for all tabs that share it, and comes back after `ms`. */
  cut(ms = 3_000) {
    if (this.#connection) this.#connection.cut(ms);
    else this.#tabs?.post({ ask: "cut", ms });
  }

  #lead() {
    if (this.#life.signal.aborted) return;
    this.#follow();
    this.#welcomed = true;
    const tell = (/** @type {any} */ message) => this.#tell(message);
    this.#connection = new Connection(this.url, this.#kind, this.#patience, this.#backoff, tell);
    this.#connection.begin();
  }

  #follow() {
    this.#connection?.stop();
    this.#catching?.stop();
    this.#connection = this.#catching = undefined;
  }

  #catchUp() {
    if (this.#connection || this.#catching || this.#life.signal.aborted) return;
    const backoff = { ...this.#backoff, failures: 0, retryAt: 0 };
    const tell = (/** @type {any} */ message) => {
      if (message.type !== "state" || message.state === "stopped") this.#deliver(message);
      if (!this.#order.caughtUp) return;
      this.#catching?.stop();
      this.#catching = undefined;
    };
    this.#catching = new Connection(this.url, this.#kind, this.#patience, backoff, tell);
    this.#catching.open();
  }

  #hello() {
    this.#tabs?.post({ ask: "hello", last: this.lastEventId });
  }

  /** From another tab. @param {any} message @param {string} from */
  #hear({ ask, last, ms, news = [], until, backoff, welcome }, from) {
    if (this.#connection) {
      if (ask === "cut") this.#connection.cut(ms);
      if (ask === "hello") {
        this.#share([...this.#order.since(last), { ...this.#state, type: "state" }], from);
      }
      // Another tab has taken over, and this one has not heard of it yet.
      for (const message of news) {
        if (["tick", "message", "gap", "closed"].includes(message.type)) this.#deliver(message);
      }
      return;
    }
    if (ask) return;
    this.#tabs?.watch(until);
    Object.assign(this.#backoff, backoff);
    if (welcome) this.#welcomed = true;
    if (!this.#welcomed) this.#hello();
    for (const message of news) if (this.#welcomed || message.type === "state") this.#deliver(message);
  }

  /** Tells other tabs what they need to go on without this one. @param {any[]} news @param {string} [to] */
  #share(news, to) {
    const { deadline: until } = /** @type {Connection} */ (this.#connection);
    this.#tabs?.post({ news, until, backoff: this.#backoff, welcome: to !== undefined }, to);
  }

  /** From this tab's own connection, for it and for those that follow. @param {any} message */
  #tell(message) {
    if (this.#life.signal.aborted) return;
    this.#share([message]);
    this.#deliver(message);
  }

  /** @param {any} message */
  #deliver(message) {
    if (message.type === "alive") return;
    if (message.type === "opening") return this.#order.opening();
    if (message.type === "state") return this.#become(message);
    for (const { type, ...detail } of this.#order.take(message)) {
      if (this.#life.signal.aborted) return;
      if (type === "behind") this.#catchUp();
      else if (type === "state") this.#become(detail);
      else this.#emit(type, detail);
    }
  }

  /** @param {any} next */
  #become({ type, ...next }) {
    const now = this.#state;
    const same = next.state === now.state && next.reason === now.reason && next.retryAt === now.retryAt;
    if (same || now.state === "stopped") return;
    this.#state = { since: next.state === now.state ? now.since : Date.now(), ...next };
    if (next.state === "stopped") {
      this.#life.abort();
      this.#follow();
      this.#tabs?.leave();
    }
    this.#emit("state", this.#state);
  }

  /** @param {string} type @param {any} detail */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @param {EventTarget | undefined} target @param {string} type @param {(event: any) => unknown} listener */
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
