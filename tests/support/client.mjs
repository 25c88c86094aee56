// A plain TCP client that shows what fetch hides: each byte with its time of arrival, whether the
// body ended properly, and the two ways of leaving.
import net from "node:net";
import { SseReader } from "./sse-reader.mjs";
import { waitFor } from "./wait.mjs";

export { sleep, waitFor } from "./wait.mjs";

const CRLF = "\r\n";

/** One HTTP exchange. `raw` sends the given bytes instead of a request made from the other options. */
export class Exchange {
  status = 0;
  statusText = "";
  /** Lower-cased name to value; a repeated header is joined by ", ". */
  headers = {};
  /** The body as it arrived, chunk framing removed: `{at, bytes}`. */
  pieces = [];
  /** When the socket was connected, and when the first byte of the head came. */
  connectedAt = 0;
  headAt = 0;
  /** The body came to its proper end (terminating chunk, or all of Content-Length). */
  complete = false;
  /** The connection is gone, whichever way. */
  closed = false;
  /** @type {Error | undefined} */
  error = undefined;

  #unread = Buffer.alloc(0);
  /** @type {"chunked" | "length" | "none" | "close" | undefined} once the head is read */
  #framing = undefined;
  #left = 0;
  #record;
  #noBody;

  /**
   * @param {number} port
   * @param {{ method?: string, path?: string, headers?: Record<string, unknown>, body?: string, raw?: Buffer,
   *   record?: boolean, onEvent?: (event: object) => void }} [options]
   */
  constructor(
    port,
    { method = "GET", path = "/events", headers = {}, body = "", raw, record = true, onEvent } = {},
  ) {
    this.#record = record;
    this.#noBody = method === "HEAD";
    this.reader = new SseReader(onEvent);
    this.socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("connect", () => {
      this.connectedAt = Date.now();
      this.socket.write(raw ?? formatRequest(port, method, path, headers, body));
    });
    this.socket.on("data", (bytes) => this.#take(bytes));
    this.socket.on("error", (error) => (this.error = error));
    this.socket.on("close", () => {
      if (this.#framing === "close" && !this.error) this.complete = true;
      this.closed = true;
    });
  }

  get body() {
    return Buffer.concat(this.pieces.map((piece) => piece.bytes));
  }

  get text() {
    return this.body.toString("utf8");
  }

  json() {
    return JSON.parse(this.text);
  }

  /** The ticks so far: events without a name. */
  get ticks() {
    return this.reader.events.filter((event) => event.type === "message");
  }

  get ids() {
    return this.ticks.map((event) => Number(event.lastEventId));
  }

  named(type) {
    return this.reader.events.filter((event) => event.type === type);
  }

  async head(options) {
    await waitFor(() => this.status || this.closed, { what: "the head of the response", ...options });
    if (!this.status) throw new Error(`no response: ${this.error?.message ?? "connection closed"}`);
    return this;
  }

  async finished(options) {
    await waitFor(() => this.complete || this.closed, { what: "the end of the response", ...options });
    return this;
  }

  async until(condition, options) {
    return waitFor(() => condition(this), { what: String(condition), ...options });
  }

  async hasTicks(count, options) {
    await waitFor(() => this.ticks.length >= count || this.closed, { what: `${count} ticks`, ...options });
    if (this.ticks.length < count) throw new Error(`closed after ${this.ticks.length} ticks of ${count}`);
    return this;
  }

  /** Leaves as a crash does: RST. */
  reset() {
    this.socket.resetAndDestroy();
  }

  /** Leaves as a closed tab does: FIN. */
  leave() {
    this.socket.destroySoon();
  }

  #take(bytes) {
    const at = Date.now();
    this.#unread = this.#unread.length ? Buffer.concat([this.#unread, bytes]) : bytes;
    if (!this.#framing && !this.#takeHead(at)) return;
    if (this.#framing === "chunked") this.#takeChunks(at);
    else this.#takePlain(at);
  }

  #takeHead(at) {
    const end = this.#unread.indexOf("\r\n\r\n");
    if (end === -1) return false;
    this.headAt = at;
    const [first, ...lines] = this.#unread.subarray(0, end).toString("latin1").split(CRLF);
    this.#unread = this.#unread.subarray(end + 4);
    for (const line of lines) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      this.headers[name] = name in this.headers ? `${this.headers[name]}, ${value}` : value;
    }
    const [, status, statusText] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(first) ?? [];
    this.status = Number(status);
    this.statusText = statusText;
    if (this.#noBody || this.status === 204 || this.status === 304) this.#framing = "none";
    else if (this.headers["transfer-encoding"] === "chunked") this.#framing = "chunked";
    else if ("content-length" in this.headers) this.#framing = "length";
    else this.#framing = "close";
    this.#left = this.#framing === "length" ? Number(this.headers["content-length"]) : 0;
    if (this.#framing === "none" || (this.#framing === "length" && this.#left === 0)) this.complete = true;
    return true;
  }

  #takePlain(at) {
    const bytes = this.#unread;
    this.#unread = Buffer.alloc(0);
    if (bytes.length === 0) return;
    this.#deliver(bytes, at);
    if (this.#framing === "length") {
      this.#left -= bytes.length;
      if (this.#left <= 0) this.complete = true;
    }
  }

  // RFC 9112, section 7.1.
  #takeChunks(at) {
    while (!this.complete) {
      const line = this.#unread.indexOf(CRLF);
      if (line === -1) return;
      const size = parseInt(this.#unread.subarray(0, line).toString("latin1"), 16);
      if (this.#unread.length < line + 2 + size + 2) return;
      const bytes = this.#unread.subarray(line + 2, line + 2 + size);
      this.#unread = this.#unread.subarray(line + 2 + size + 2);
      if (size === 0) this.complete = true;
      else this.#deliver(bytes, at);
    }
  }

  #deliver(bytes, at) {
    if (this.#record) this.pieces.push({ at, bytes: Buffer.from(bytes) });
    if (this.headers["content-type"]?.startsWith("text/event-stream")) this.reader.feed(bytes, at);
  }
}

function formatRequest(port, method, path, headers, body) {
  const all = { Host: `127.0.0.1:${port}`, ...headers };
  if (body) all["Content-Length"] = Buffer.byteLength(body);
  const lines = [`${method} ${path} HTTP/1.1`];
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join(CRLF)}${CRLF}${CRLF}${body}`, "latin1");
}

/** Opens an exchange and leaves it open: for streams. */
export function open(runtime, options) {
  return new Exchange(runtime.port, {
    ...options,
    headers: { Accept: "text/event-stream", ...options?.headers },
  });
}

/** One request and its whole answer; then the connection is closed. */
export async function request(runtime, options) {
  const exchange = new Exchange(runtime.port, { path: "/", ...options });
  try {
    await exchange.head();
    return await exchange.finished();
  } finally {
    exchange.leave();
  }
}

export async function liveStreams(runtime) {
  return (await request(runtime, { path: "/health" })).json().live_streams;
}

/** Waits until the gauge says so, and no test has to know how fast a leave is noticed. */
export async function untilLive(runtime, count, options) {
  let seen;
  await waitFor(async () => (seen = await liveStreams(runtime)) === count, {
    what: `live_streams to be ${count}`,
    every: 50,
    ...options,
  }).catch((error) => {
    throw new Error(`${error.message}; live_streams is ${seen}`);
  });
}
