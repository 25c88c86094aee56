// @ts-check
/**
 * edge-events channels 0.2.0
 * Copyright (c) 2026 The edge-events authors. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Follows a channel and publishes to it. Needs edge-events.js beside it, which keeps the connection: its
 * states in words, one for all tabs, and nothing lost in silence.
 *
 *     import { follow } from "./channels.js";
 *     const channel = follow("/channels/demo/wall", { from: "start" });
 *     channel.addEventListener("message", ({ detail }) => console.log(detail.value));
 *
 * It reads by fetch: an EventSource cannot send a token, and does not show heartbeats.
 *
 * @import { State, TypedTarget } from "./edge-events.js"
 *
 * @typedef {object} Events  each is a CustomEvent with this `detail`
 * @property {State} state     the connection, in words
 * @property {Message} message
 * @property {Gap} gap         messages that will never come
 * @property {{ tail: string }} closed        the last message has come; the stream stops
 * @property {{ reason: string }} rotate      a planned end; the stream goes on by itself
 * @property {{ retry_ms: number }} overload  the channel has too many readers; the stream comes back by itself
 *
 * @typedef {object} Message
 * @property {string} id        the place behind it
 * @property {string} event     its name; "message" where it was published without
 * @property {any} value        from JSON; a text where it is none; a Uint8Array where the channel holds bytes
 * @property {string} data      as it came
 * @property {boolean} replayed it was there before the connection, and is sent now
 *
 * @typedef {object} Gap
 * @property {string} after         the place before it
 * @property {string} resumed_at    the place behind it
 * @property {number | null} missed how many are missing, if that can be known
 * @property {string} reason        `trimmed`, `recreated` or `unknown`
 *
 * @typedef {string | (() => string | Promise<string>)} Token  a function is asked for a fresh one before it ends
 *
 * @typedef {object} Options
 * @property {string | { last: number }} [from]  `now` (default), `start`, a message's id, or the last so many
 * @property {Token} [token]          for channels that are not public
 * @property {AbortSignal} [signal]   stops following and publishing for good
 * @property {boolean} [shared]       one connection for all tabs (default true)
 * @property {boolean} [withCredentials]  send cookies to another origin too
 * @property {number} [patience]      ms over the server's heartbeat before the stream is reopened (5000)
 * @property {string} [contentType]   of what is published, if this makes the channel (application/json)
 *
 * @typedef {object} Waiting
 * @property {any} [value]
 * @property {string} [text]   none: close the channel
 * @property {string} [event]
 * @property {(place: string) => void} resolve
 * @property {(error: Error) => void} reject
 */
import { EdgeEvents, fields, isFinal, pause } from "./edge-events.js";

const HEARTBEAT_MS = 30_000; // twice what the server has by default: one may be late
// Kept for a tab that comes later; what is older it reads itself.
const RECENT = 100; // messages
const RECENT_CHARACTERS = 1_000_000;
const RENEW_MS = 30_000; // a token is renewed so long before its end, or a fifth of its life
const SOON_MS = 1_000; // a token that ends so soon is of no use
const MAX_TIMER_MS = 2 ** 31 - 1;
const BATCH = 100; // messages sent at once
const BATCH_CHARACTERS = 200_000;
const ANSWER_MS = 30_000; // a publish without an answer for so long is sent again
const JSON_TYPE = "application/json";

/** The token for the next request. */
class Credentials {
  #text = "";
  expires = Infinity; // Unix ms
  failing = false; // the function that gives it was asked, and has not given one

  /** @param {Token} [token] @param {boolean} [withCredentials] */
  constructor(token, withCredentials) {
    this.token = token;
    this.withCredentials = withCredentials;
  }

  get renews() {
    return typeof this.token === "function";
  }

  /** In how many ms to ask for the next one. */
  get renewIn() {
    const left = this.expires - Date.now();
    return Math.min(Math.max(left - Math.min(RENEW_MS, left / 5), SOON_MS), MAX_TIMER_MS);
  }

  async renew() {
    const { token } = this;
    this.failing = true;
    this.#text = typeof token === "function" ? await token() : (token ?? "");
    this.failing = false;
    this.expires = Infinity;
    try {
      const [, claims] = this.#text.split(".");
      const { exp } = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
      // One that is over when it comes shows that this machine's clock is wrong: the server will say.
      if (exp * 1000 > Date.now() + SOON_MS) this.expires = exp * 1000;
    } catch {
      // The secret itself, which has no end.
    }
  }

  /** As `fetch`, with the token; a refused one is renewed once.
   * @param {string} url @param {RequestInit & { headers: Record<string, string> }} init */
  async fetch(url, init) {
    for (let fresh = false; ; fresh = true) {
      if (this.token && (fresh || !this.#text || (this.renews && this.expires < Date.now() + SOON_MS))) {
        await this.renew();
        fresh = true;
      }
      if (this.#text) init.headers.authorization = `Bearer ${this.#text}`;
      const credentials = this.withCredentials ? "include" : "same-origin";
      const answer = await fetch(url, { credentials, ...init });
      if (answer.status !== 401 || fresh || !this.renews) return answer;
      await answer.body?.cancel();
    }
  }
}

/** Looks like an EventSource, and says more: the status of a refusal, heartbeats, a token that ends. */
class Source extends EventTarget {
  readyState = 0;
  /** @type {number | undefined} */ status;
  /** @type {string | undefined} */ reason;
  onopen = () => {};
  onerror = () => {};
  onmessage = (/** @type {object} */ _) => {};
  #ended = new AbortController();
  #lastEventId = "";
  #event = "";
  /** @type {string[]} */ #data = [];
  #base64 = false;

  /** @param {string} url @param {Credentials} credentials */
  constructor(url, credentials) {
    super();
    const over = () => {
      this.reason = credentials.failing ? "token" : undefined;
      if (!this.#ended.signal.aborted) this.onerror();
    };
    this.#read(url, credentials).then(over, over);
  }

  close() {
    this.readyState = 2;
    this.#ended.abort();
  }

  /** @param {string} url @param {Credentials} credentials */
  async #read(url, credentials) {
    const { signal } = this.#ended;
    const headers = { accept: "text/event-stream" };
    const answer = await credentials.fetch(url, { signal, headers, cache: "no-store" });
    if (signal.aborted) return;
    const { status, body } = answer;
    this.status = status;
    if (status === 204) return this.#dispatch("closed", "{}");
    if (status !== 200 || !body) {
      this.readyState = 2;
      return;
    }
    this.readyState = 1;
    this.#base64 = answer.headers.has("stream-sse-data-encoding");
    this.onopen();
    this.#renewInTime(credentials);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let part = await reader.read(); !part.done && !signal.aborted; part = await reader.read()) {
      rest += part.value;
      // A CR at the end may be the first half of a line's end.
      const half = rest.endsWith("\r") ? "\r" : "";
      const lines = rest.slice(0, rest.length - half.length).split(/\r\n|\n|\r/);
      rest = lines.pop() + half;
      for (const line of lines) if (!signal.aborted) this.#line(line);
    }
  }

  /** @param {Credentials} credentials */
  #renewInTime(credentials) {
    if (!credentials.renews || credentials.expires === Infinity) return;
    const timer = setTimeout(async () => {
      // If there is no other one to be had, the stream goes on until the server ends it.
      await credentials.renew().then(
        () => !this.#ended.signal.aborted && this.dispatchEvent(new Event("renew")),
        () => {},
      );
    }, credentials.renewIn);
    this.#ended.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  /** One line of the stream, as https://html.spec.whatwg.org/multipage/server-sent-events.html has it.
   * @param {string} line */
  #line(line) {
    if (line === "") {
      const type = this.#event || "message";
      const data = this.#data.join("\n");
      const empty = this.#data.length === 0;
      this.#event = "";
      this.#data = [];
      if (!empty) this.#dispatch(type, data);
      return;
    }
    const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "") this.dispatchEvent(new Event("heartbeat"));
    else if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "id" && !value.includes("\0")) this.#lastEventId = value;
  }

  /** @param {string} type @param {string} data */
  #dispatch(type, data) {
    if (type === "rotate" || type === "overload") {
      this.dispatchEvent(Object.assign(new Event(type), { data }));
    } else {
      this.onmessage({ type, data, lastEventId: this.#lastEventId, base64: this.#base64 });
    }
  }
}

/**
 * What ids mean: places in the channel's log, texts that grow. What comes is delivered if it begins
 * where this tab stands. What begins later shows that this tab lacks something: it reads that itself.
 */
class Places {
  silence = HEARTBEAT_MS;
  /** @type {string | undefined} */ last;
  /** @type {string | undefined} */ #at; // where this tab's own connection is
  /** @type {string | undefined} */ #tail; // what was there when it began
  /** @type {object | undefined} */ #own; // what it brought last
  /** @type {string | undefined} */ #ahead; // what other tabs have
  /** @type {any[]} */ #recent = [];
  #characters = 0; // in them

  /** @param {Options["from"]} [from] */
  constructor(from = "now") {
    this.from = from;
    if (typeof from === "string" && from !== "now" && from !== "start") this.last = from;
  }

  get query() {
    const { from, last } = this;
    if (last !== undefined) return { last_event_id: last };
    if (typeof from === "object") return { last: from.last };
    return { offset: from === "start" ? "-1" : "now" };
  }

  get caughtUp() {
    const { last, from } = this;
    if (last === undefined) return from === "now";
    return this.#ahead === undefined || last >= this.#ahead;
  }

  opening() {}

  /** @param {{ type: string, data: string, lastEventId: string, base64: boolean }} event */
  read({ type, data, lastEventId, base64 }) {
    const id = lastEventId || this.last;
    const after = this.#at;
    this.#at = id;
    /** @type {any} */ let message;
    if (type === "ready") {
      this.#tail = fields(data).tail;
      message = { type: "place", id };
    } else if (type === "closed") message = { type, id, after };
    else if (type === "gap") message = { type, id, after, gap: fields(data) };
    else {
      const replayed = String(id) <= String(this.#tail);
      message = { type: "message", id, after, event: type, data, base64, replayed };
    }
    this.#own = message;
    return message;
  }

  /** What this tab's listeners are to hear of a message. @param {any} message @returns {any[]} */
  take(message) {
    const { type, id, after } = message;
    if (type === "rotate" || type === "overload") return [message];
    const own = message === this.#own;
    if (this.last === undefined && (own || this.from === "now")) this.last = type === "place" ? id : after;
    const { last } = this;
    if (last !== undefined && id <= last && type !== "closed") return []; // this tab has it
    if (!own && (last === undefined || after !== last)) {
      this.#ahead = id;
      return [{ type: "behind" }];
    }
    if (type === "place") return [];
    this.last = id;
    if (type === "closed") {
      const stopped = { type: "state", state: "stopped", reason: "closed" };
      return [{ type, tail: id ?? "" }, stopped];
    }
    const { event, data = "", base64, replayed } = message;
    this.#recent.push(message);
    this.#characters += data.length;
    while (this.#recent.length > RECENT || this.#characters > RECENT_CHARACTERS) {
      this.#characters -= (this.#recent.shift().data ?? "").length;
    }
    if (type === "gap") return [{ type, ...message.gap }];
    return [{ type, id, event, data, value: base64 ? bytes(data) : value(data), replayed }];
  }

  /** Brings a tab up to date that stands at `last`. @param {string} [last] @returns {any[]} */
  since(last) {
    if (this.last === undefined) return [];
    const begin = this.#recent.findIndex(({ after }) => after === last);
    if (begin < 0) return [{ type: "place", id: this.last }];
    return this.#recent.slice(begin).map((message) => ({ ...message, replayed: true }));
  }
}

/** @param {string} data */
function value(data) {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

/** @param {string} data */
const bytes = (data) => Uint8Array.from(atob(data), (character) => character.charCodeAt(0));

/** What a publish ends with that cannot be done. */
export class Unsent extends Error {
  /** @param {string} message @param {any} value @param {number} [status] */
  constructor(message, value, status) {
    super(message);
    this.name = "Unsent";
    this.value = value;
    this.status = status;
  }
}

/**
 * Publishes in order, each value once, whatever happens to the answers: as an idempotent producer of the
 * Durable Streams protocol. What waits is sent together. `id` and `seq` are the producer's: with those of
 * an earlier one, a page that was reloaded goes on for it.
 */
export class Producer {
  #url;
  #credentials;
  #contentType;
  #id;
  #seq;
  #failures = 0;
  #most = BATCH;
  /** @type {Waiting[]} */ #waiting = [];
  #sends = false;
  #stopped = false;
  #hurry = () => {};

  /** @param {string | URL} url @param {Pick<Options, "token" | "signal" | "withCredentials" | "contentType"> & { id?: string, seq?: number }} [options] */
  constructor(url, { token, signal, withCredentials, contentType = JSON_TYPE, id, seq = 0 } = {}) {
    this.#id = id ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
    this.#seq = seq;
    this.#url = new URL(url, globalThis.location?.href).href;
    this.#credentials = new Credentials(token, withCredentials);
    this.#contentType = contentType;
    const stop = () => {
      this.#stopped = true;
      this.#hurry();
      if (!this.#sends) this.#refuse(this.#waiting.splice(0), "stopped before it was sent");
    };
    if (signal?.aborted) this.#stopped = true;
    signal?.addEventListener("abort", stop);
    globalThis.addEventListener?.("online", () => this.#hurry(), { signal });
  }

  /** What was not acknowledged yet. */
  get unsent() {
    return this.#waiting.filter(({ text }) => text !== undefined).map(({ value }) => value);
  }

  /**
   * Resolves when it is stored, with the place behind it and whatever was sent with it. Fails with
   * {@link Unsent} if it is refused for good, or was not sent when `signal` stopped all.
   * @param {any} value @param {{ event?: string }} [options]  the event's name for readers
   * @returns {Promise<string>}
   */
  append(value, { event } = {}) {
    const text = this.#contentType === JSON_TYPE ? JSON.stringify(value) : value;
    if (text === undefined) return Promise.reject(new Unsent("this is no value of JSON", value));
    return this.#wait({ value, text, event });
  }

  /** Closes the channel when all that was appended before is stored: nobody appends to it any more.
   * @returns {Promise<string>} */
  close() {
    return this.#wait({});
  }

  /** @param {Pick<Waiting, "value" | "text" | "event">} what @returns {Promise<string>} */
  #wait(what) {
    return new Promise((resolve, reject) => {
      if (this.#stopped) throw new Unsent("stopped before it was sent", what.value);
      this.#waiting.push({ ...what, resolve, reject });
      if (!this.#sends) this.#send();
    });
  }

  async #send() {
    this.#sends = true;
    await Promise.resolve(); // what is appended in the same turn goes together
    while (this.#waiting.length > 0 && !this.#stopped) {
      const batch = this.#batch();
      const { done, again } = await this.#post(batch);
      if (done) this.#waiting.splice(0, batch.length);
      if (again && !this.#stopped) await this.#pause(again);
    }
    this.#sends = false;
    if (this.#stopped) this.#refuse(this.#waiting.splice(0), "stopped before it was sent");
  }

  /** The first that wait, as many as go together. */
  #batch() {
    const [first] = this.#waiting;
    if (first.text === undefined || this.#contentType !== JSON_TYPE) return [first];
    let characters = 0;
    const end = this.#waiting.findIndex(({ text, event }, k) => {
      if (text === undefined) return true;
      characters += text.length;
      return k > 0 && (k >= this.#most || event !== first.event || characters > BATCH_CHARACTERS);
    });
    return end < 0 ? [...this.#waiting] : this.#waiting.slice(0, end);
  }

  /** Whether they are done with, and after how many ms to go on. @param {Waiting[]} batch */
  async #post(batch) {
    const [{ text, event }] = batch;
    const closes = text === undefined;
    const json = this.#contentType === JSON_TYPE;
    const body = json && !closes ? `[${batch.map(({ text }) => text).join(",")}]` : text;
    /** @type {Record<string, string>} */
    const headers = closes
      ? { "stream-closed": "true" }
      : {
          "content-type": this.#contentType,
          "producer-id": this.#id,
          "producer-epoch": "0",
          "producer-seq": String(this.#seq),
        };
    if (event) headers["stream-event"] = event;
    let answer;
    try {
      answer = await this.#credentials.fetch(this.#url, {
        method: "POST",
        headers,
        body,
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    } catch {
      return { again: pause(this.#failures++) };
    }
    const { ok, status, headers: said } = answer;
    if (ok) {
      if (!closes) this.#seq += 1;
      this.#failures = 0;
      for (const { resolve } of batch) resolve(said.get("stream-next-offset") ?? "");
      return { done: true };
    }
    const { detail = `the server answered ${status}` } = fields(await answer.text().catch(() => ""));
    if (status === 413 && batch.length > 1) {
      this.#most = Math.ceil(batch.length / 2);
      return {};
    }
    if (status === 409 && this.#seq > 0 && said.get("producer-expected-seq") === "0") {
      this.#seq = 0; // the channel was deleted, and is another one now
      return {};
    }
    if (!isFinal(status)) {
      const asked = Number(said.get("retry-after")) * 1000 || 0;
      return { again: Math.max(asked, pause(this.#failures++)) };
    }
    this.#refuse(batch, detail, status);
    return { done: true };
  }

  /** @param {Waiting[]} batch @param {string} why @param {number} [status] */
  #refuse(batch, why, status) {
    for (const { value, reject } of batch) reject(new Unsent(why, value, status));
  }

  /** @param {number} ms */
  #pause(ms) {
    return new Promise((resume) => {
      const timer = setTimeout(resume, ms);
      this.#hurry = () => {
        clearTimeout(timer);
        resume(undefined);
      };
    });
  }
}

const Base =
  /** @type {new (url: string | URL, options: object, kind: object) => TypedTarget<Events> & { readonly state: State, readonly lastEventId: string | undefined, readonly leads: boolean, readonly url: string, cut(ms?: number): void }} */ (
    /** @type {unknown} */ (EdgeEvents)
  );

/** What {@link follow} returns. */
export class Channel extends Base {
  #producer;

  /** @param {string | URL} url @param {Options} [options] */
  constructor(url, options = {}) {
    const { from, token, withCredentials, signal, shared, patience } = options;
    const credentials = new Credentials(token, withCredentials);
    // Tabs with another token may be allowed something else.
    const who = typeof token === "string" ? ` ${token.slice(-16)}` : token ? " token" : "";
    super(
      url,
      { signal, shared, patience },
      {
        ids: new Places(from),
        source: (/** @type {string} */ url) => new Source(url, credentials),
        group: who,
      },
    );
    this.#producer = new Producer(url, options);
  }

  /** What was published here and not acknowledged yet. */
  get unsent() {
    return this.#producer.unsent;
  }

  /** As {@link Producer.append}. @param {any} value @param {{ event?: string }} [options] */
  append(value, options) {
    return this.#producer.append(value, options);
  }

  /** As {@link Producer.close}. */
  close() {
    return this.#producer.close();
  }

  /** Each message from now on; ends when the channel is closed or the stream stopped.
   * @returns {AsyncGenerator<Message, void, void>} */
  async *[Symbol.asyncIterator]() {
    /** @type {Message[]} */ const queue = [];
    const done = new AbortController();
    const { signal } = done;
    let wake = () => {};
    this.addEventListener("message", ({ detail }) => (queue.push(detail), wake()), { signal });
    this.addEventListener("state", () => wake(), { signal });
    try {
      while (queue.length > 0 || this.state.state !== "stopped") {
        const message = queue.shift();
        if (message) yield message;
        else await new Promise((resume) => (wake = () => resume(undefined)));
      }
    } finally {
      done.abort();
    }
  }
}

/**
 * Follows a channel until `signal` is aborted, the channel is closed, or the server refuses for good.
 * @param {string | URL} url
 * @param {Options} [options]
 */
export function follow(url, options) {
  return new Channel(url, options);
}
