// Publishing to channels and following them, as the tests do it.
import assert from "node:assert/strict";
import { Exchange, open, sleep, waitFor } from "./client.mjs";

export const SECRET = "a-secret-of-the-tests-0123456789-0123456789";
export const AUTHORIZED = { Authorization: `Bearer ${SECRET}` };
export const JSON_TYPE = { "Content-Type": "application/json" };

/** Variables of a Worker with channels; whoever likes may read those under `open/`. */
export const channelVars = { CHANNELS_SECRET: SECRET, PUBLIC_CHANNELS: "open/*" };

export const LONG = process.env.EDGE_EVENTS_LONG === "1";

/** The start of every log. */
export const START = `${"0".repeat(16)}_${"0".repeat(16)}`;

export const ours = (name) => `/channels/${name}`;
export const protocol = (name) => `/v1/stream/${name}`;

/** How many messages stand before this offset. */
export const ordinal = (offset) => {
  assert.match(offset ?? "", /^[0-9]{16}_[0-9]{16}$/, `no offset: ${offset}`);
  return Number(offset.slice(17));
};
export const generation = (offset) => offset.slice(0, 16);
export const at = (first, count) => `${generation(first)}_${String(count).padStart(16, "0")}`;

/** A request's bytes. A body is bytes, or a string whose characters are bytes, so that it can be bad UTF-8. */
export function requestBytes(port, method, path, headers, body = "") {
  const bytes = Buffer.from(body, "latin1");
  const all = { Host: `127.0.0.1:${port}`, ...headers };
  if (bytes.length > 0 || method === "POST" || method === "PUT") all["Content-Length"] = bytes.length;
  const lines = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"), bytes]);
}

/**
 * One request with the secret, its whole answer, and no connection left behind.
 *
 * @param {any} runtime
 * @param {string} method
 * @param {string} path
 * @param {{ headers?: any, body?: any, ceiling?: number }} [options]
 * @returns {Promise<any>}
 */
export async function call(runtime, method, path, { headers = {}, body, ceiling } = {}) {
  const raw = requestBytes(runtime.port, method, path, { ...AUTHORIZED, ...headers }, body);
  const exchange = new Exchange(runtime.port, { method, path, raw });
  try {
    await exchange.head({ ceiling });
    return await exchange.finished({ ceiling });
  } finally {
    exchange.leave();
  }
}

/** Publishes over connections that are kept, so that many publishes cost little; throws if the connection does. */
export async function post(runtime, path, body, headers = {}) {
  const answer = await fetch(`http://127.0.0.1:${runtime.port}${path}`, {
    method: "POST",
    headers: { ...AUTHORIZED, ...JSON_TYPE, ...headers },
    body:
      typeof body === "string" || body instanceof Uint8Array
        ? /** @type {any} */ (body)
        : JSON.stringify(body),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    offset: answer.headers.get("stream-next-offset"),
  };
}

/** Publishes, and is certain that it was acknowledged. Gives back the offset after it. */
export async function publish(runtime, name, body, headers) {
  const answer = await post(runtime, ours(name), body, headers);
  assert.ok([200, 201, 204].includes(answer.status), `${name}: ${answer.status} ${answer.text}`);
  return answer.offset;
}

/** The whole log from `offset` on, page by page: its messages, and the offset after them. */
export async function readLog(runtime, name, offset = "-1") {
  const messages = [];
  let pages = 0;
  for (;;) {
    const answer = await call(runtime, "GET", `${protocol(name)}?offset=${offset}`);
    assert.equal(answer.status, 200, answer.text);
    const page = answer.json();
    messages.push(...page);
    pages += 1;
    offset = answer.headers["stream-next-offset"];
    if (answer.headers["stream-up-to-date"] === "true") {
      return { messages, tail: offset, pages, closed: answer.headers["stream-closed"] === "true" };
    }
    assert.ok(page.length > 0, "a page that is not the last has something in it");
  }
}

export async function head(runtime, name) {
  const { status, headers } = await call(runtime, "HEAD", protocol(name));
  return { status, tail: headers["stream-next-offset"], readers: Number(headers["stream-readers"]), headers };
}

/** Waits until so many follow the channel, by the channel's own count. */
export async function untilReaders(runtime, name, count, options) {
  let seen;
  await waitFor(async () => (seen = (await head(runtime, name)).readers) === count, {
    what: `${count} readers of ${name}`,
    every: 100,
    ...options,
  }).catch((error) => {
    throw new Error(`${error.message}; there are ${seen}`);
  });
}

/**
 * Opens the EventSource view and leaves it open.
 *
 * @param {any} runtime
 * @param {string} name
 * @param {any} [options] `query`, `headers`, and what `open` takes
 */
export const openView = (runtime, name, { query = "", headers = {}, ...options } = {}) =>
  open(runtime, { path: `${ours(name)}${query}`, headers: { ...AUTHORIZED, ...headers }, ...options });

/**
 * Follows a channel as an EventSource does, over cuts and planned ends, until it is stopped or
 * told to stop. Keeps each message with its id, and everything else that it was told.
 */
export class Follower {
  /** `{id, data, type}` of each message. */
  messages = [];
  gaps = [];
  rotations = [];
  /** Streams that are over, and those of them that were cut. */
  ended = 0;
  cuts = 0;
  closed = false;
  status = 0;

  #stopped = false;
  #exchange;
  #runtime;
  #path;
  #headers;
  #lastEventId;
  #onMessage;

  constructor(runtime, name, { query = "", lastEventId = "", headers = {}, onMessage = () => {} } = {}) {
    this.#runtime = runtime;
    this.#onMessage = onMessage;
    this.#path = `${ours(name)}${query}`;
    this.#headers = { ...AUTHORIZED, ...headers };
    this.#lastEventId = lastEventId;
    this.done = this.#run();
  }

  get lastEventId() {
    return this.#lastEventId;
  }

  get ids() {
    return this.messages.map(({ id }) => id);
  }

  get data() {
    return this.messages.map(({ data }) => data);
  }

  stop() {
    this.#stopped = true;
    this.#exchange?.reset();
    return this.done;
  }

  /** The connection is lost, as to a train in a tunnel. */
  cut() {
    this.#exchange?.reset();
  }

  async has(count, options) {
    await waitFor(() => this.messages.length >= count, { what: `${count} messages`, ...options }).catch(
      (error) => {
        throw new Error(`${error.message}; there are ${this.messages.length}, status ${this.status}`);
      },
    );
    return this;
  }

  async #run() {
    let retry = 500;
    while (!this.#stopped && !this.closed) {
      const headers = { ...this.#headers };
      if (this.#lastEventId !== "") headers["Last-Event-ID"] = this.#lastEventId;
      this.#exchange = open(this.#runtime, {
        path: this.#path,
        headers,
        record: false,
        onEvent: (event) => this.#take(event),
      });
      await settled(this.#exchange);
      this.status = this.#exchange.status;
      if (this.status === 204) this.closed = true; // the order to stop
      if (this.#exchange.status === 200) {
        this.ended += 1;
        if (!this.#exchange.complete) this.cuts += 1;
      }
      retry = this.#exchange.reader.retries.at(-1)?.value ?? retry;
      this.#exchange.leave();
      if (!this.#stopped && !this.closed) await sleep(retry);
    }
  }

  #take({ type, data, lastEventId }) {
    if (this.#stopped) return;
    this.#lastEventId = lastEventId || this.#lastEventId;
    if (type === "gap") this.gaps.push(JSON.parse(data));
    else if (type === "rotate") this.rotations.push(JSON.parse(data));
    else if (type !== "ready" && type !== "overload" && type !== "closed") {
      const message = { id: lastEventId, data, type };
      this.messages.push(message);
      this.#onMessage(message);
    }
  }
}

const settled = (exchange) =>
  new Promise((resolve) => {
    const look = () => (exchange.complete || exchange.closed ? resolve(undefined) : undefined);
    exchange.socket.on("data", look).on("close", look);
  });

/**
 * Each message of the log from the first that the follower saw, once and in order, under its own
 * id. `log` are the messages' texts from the log's start.
 */
export function assertFollows(follower, log, { from = 0, what = "the follower" } = {}) {
  assert.deepEqual(follower.gaps, [], `${what} was told of gaps`);
  const places = follower.ids.map(ordinal);
  for (let k = 0; k < places.length; k += 1) {
    if (places[k] === from + k + 1 && follower.data[k] === log[from + k]) continue;
    assert.fail(
      `${what}: message ${k} is ${follower.data[k]} at ${places[k]}; the log has ${log[from + k]} at ${from + k + 1}; before it came ${places.slice(Math.max(0, k - 3), k)}`,
    );
  }
  assert.equal(places.length, log.length - from, `${what} saw ${places.length} of ${log.length - from}`);
}
