// The client module without a browser: an EventSource, locks and a channel that the test plays, and a
// clock that it moves by hand.
import { afterEach, beforeEach, mock } from "node:test";
import { connect } from "../../public/edge-events.js";

export const START = 1_800_000_000_000; // a multiple of each interval
export const LOST = 0;
export const REFUSED = 2;

export class ScriptedEventSource extends EventTarget {
  static all = [];
  readyState = 0;
  /** @type {() => void} */ onopen = () => {};
  /** @type {(event: { lastEventId: string, data: string }) => void} */ onmessage = () => {};
  /** @type {() => void} */ onerror = () => {};
  constructor(url) {
    super();
    this.url = new URL(url);
    this.openedAt = Date.now();
    ScriptedEventSource.all.push(this);
  }
  close() {
    this.readyState = 2;
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  tick(id, data = new Date(id).toISOString()) {
    this.onmessage({ lastEventId: String(id), data });
  }
  say(type, data) {
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data) }));
  }
  fail(readyState) {
    this.readyState = readyState;
    this.onerror();
  }
}

/** Web Locks as the standard has them, as far as the module uses them. */
class Locks {
  #lines = new Map();

  request(name, { signal, steal }, callback) {
    const line = this.#lines.get(name) ?? [];
    this.#lines.set(name, line);
    const aborted = () => new DOMException("aborted", "AbortError");
    return new Promise((resolve, reject) => {
      const place = { callback, resolve, reject, held: false };
      if (steal && line[0]?.held) line.shift().reject(aborted());
      line.splice(steal ? 0 : line.length, 0, place);
      signal?.addEventListener("abort", () => {
        if (place.held) return;
        line.splice(line.indexOf(place), 1);
        reject(aborted());
      });
      this.#grant(line);
    });
  }

  #grant(line) {
    const [first] = line;
    if (!first || first.held) return;
    first.held = true;
    queueMicrotask(async () => {
      first.resolve(await first.callback());
      if (line[0] !== first) return; // it was taken away
      line.shift();
      this.#grant(line);
    });
  }
}

export class ScriptedChannel {
  static all = new Set();
  constructor(name) {
    this.name = name;
    ScriptedChannel.all.add(this);
  }
  postMessage(data) {
    if (!ScriptedChannel.all.has(this)) throw new DOMException("closed", "InvalidStateError");
    for (const other of ScriptedChannel.all) {
      if (other === this || other.name !== this.name) continue;
      const copy = structuredClone(data);
      queueMicrotask(() => ScriptedChannel.all.has(other) && other.onmessage?.({ data: copy }));
    }
  }
  close() {
    ScriptedChannel.all.delete(this);
  }
}

/** For the tests of the surrounding `describe`. */
export function script() {
  const real = Object.getOwnPropertyDescriptors(globalThis);
  const sources = ScriptedEventSource.all;
  let stop;

  beforeEach(() => {
    mock.timers.enable({ apis: ["Date", "setTimeout"], now: START });
    mock.method(Math, "random", () => 0.5); // spread() leaves a number as it is
    sources.length = 0;
    stop = new AbortController();
    define("EventSource", ScriptedEventSource);
    define("BroadcastChannel", ScriptedChannel);
    define("navigator", { locks: new Locks(), onLine: true });
  });
  afterEach(() => {
    stop.abort();
    mock.timers.reset();
    mock.restoreAll();
    for (const name of ["EventSource", "BroadcastChannel", "navigator", "fetch"]) {
      if (real[name]) Object.defineProperty(globalThis, name, real[name]);
      else delete globalThis[name];
    }
    ScriptedChannel.all.clear();
  });

  /** A stream, and all that it said. Alone, if it is not told to share. */
  function listen(options) {
    const own = new AbortController();
    stop.signal.addEventListener("abort", () => own.abort());
    const stream = connect("http://edge.test/events", {
      interval: 1000,
      shared: false,
      signal: own.signal,
      ...options,
    });
    const said = [];
    /** @type {(keyof import("../../public/edge-events.js").Events)[]} */
    const types = ["state", "tick", "gap", "rotate", "overload", "duplicate"];
    for (const type of types) {
      stream.addEventListener(type, ({ detail }) => said.push({ type, ...detail }));
    }
    const of = (type) => said.filter((news) => news.type === type);
    return {
      stream,
      said,
      of,
      ids: () => of("tick").map(({ id }) => id),
      states: () => of("state").map(({ state, reason }) => (reason ? `${state} ${reason}` : state)),
      close: () => own.abort(),
    };
  }

  return { sources, source: () => sources.at(-1), listen, stopAll: () => stop.abort() };
}

export function define(name, value) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Lets run what was promised. */
export async function settle() {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

/** Moves the clock in small steps, and lets run what each one brings. */
export async function pass(ms, step = 250) {
  for (let left = ms; left > 0; left -= step) {
    mock.timers.tick(Math.min(step, left));
    await settle();
  }
}
