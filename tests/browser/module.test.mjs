// The client module without a browser: a scripted EventSource, and a clock that is moved by hand.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { connect, Order } from "../../public/edge-events.js";
import { MAX_LINES, Tail } from "../../public/raw.js";
import { height, MAX_MARKS, quantile, Timeline, WINDOW_MS } from "../../public/timeline.js";

const START = 1_800_000_000_000; // a multiple of each interval

class ScriptedEventSource extends EventTarget {
  static all = [];
  readyState = 0;
  constructor(url) {
    super();
    this.url = new URL(url);
    ScriptedEventSource.all.push(this);
  }
  close() {
    this.readyState = 2;
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  tick(id) {
    this.onmessage({ lastEventId: String(id), data: new Date(id).toISOString() });
  }
  say(type, data) {
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data) }));
  }
  fail(readyState) {
    this.readyState = readyState;
    this.onerror();
  }
}

const sources = ScriptedEventSource.all;
const source = () => sources.at(-1);
const LOST = 0;
const REFUSED = 2;

describe("the client module", () => {
  const real = { EventSource: globalThis.EventSource, fetch: globalThis.fetch };
  let stop;

  beforeEach(() => {
    mock.timers.enable({ apis: ["Date", "setTimeout"], now: START });
    mock.method(Math, "random", () => 0.5); // spread() leaves a number as it is
    sources.length = 0;
    stop = new AbortController();
    globalThis.EventSource = ScriptedEventSource;
  });
  afterEach(() => {
    stop.abort();
    mock.timers.reset();
    mock.restoreAll();
    Object.assign(globalThis, real);
  });

  /** A stream, and all that it said. */
  function listen(options) {
    const stream = connect("http://edge.test/events", {
      interval: 1000,
      shared: false,
      signal: stop.signal,
      ...options,
    });
    const said = [];
    for (const type of ["state", "tick", "gap", "rotate", "overload", "duplicate"]) {
      stream.addEventListener(type, ({ detail }) => said.push({ type, ...detail }));
    }
    const of = (type) => said.filter((news) => news.type === type);
    return {
      stream,
      said,
      of,
      states: () => of("state").map(({ state, reason }) => (reason ? `${state} ${reason}` : state)),
    };
  }

  it("stays cut for as long as a listener asked in the middle of a tick", () => {
    const { stream } = listen();
    source().open();
    stream.addEventListener("tick", () => stream.cut(3000), { once: true });
    source().tick(START);
    mock.timers.tick(2999);
    assert.equal(sources.length, 1);
    mock.timers.tick(1);
    assert.equal(sources.length, 2);
  });

  it("asks for what the options say, and for no more", () => {
    listen({ interval: 500, format: "json", lastEventId: START });
    assert.equal(source().url.search, `?interval=500&format=json&last_event_id=${START}`);
    listen({ interval: undefined });
    assert.equal(source().url.search, "");
  });

  it("is live with the first tick, or a moment after the connection stands", () => {
    const { states } = listen();
    source().open();
    assert.deepEqual(states(), []);
    source().tick(START);
    assert.deepEqual(states(), ["live"]);

    const resumed = listen({ lastEventId: START });
    source().open();
    mock.timers.tick(250);
    assert.deepEqual(resumed.states(), ["live"]);
  });

  it("tells the lag of a tick, and which ticks are not the line’s fault", () => {
    const { of } = listen();
    mock.timers.tick(700);
    source().open();
    source().tick(START); // was due before
    mock.timers.tick(320);
    source().tick(START + 1000);
    assert.deepEqual(
      of("tick").map(({ lag, live, replayed }) => [lag, live, replayed]),
      [
        [700, false, false],
        [20, true, false],
      ],
    );
  });

  for (const [words, offset] of [
    ["right", 0],
    ["5 s ahead", 5000],
    ["5 s behind", -5000],
  ]) {
    it(`tells replayed ticks from live ones with a clock that is ${words}`, () => {
      const { stream, of } = listen();
      const begin = START - offset; // by the server's clock
      const arrive = (ms) => {
        mock.timers.tick(begin + ms + offset + 20 - Date.now());
        source().tick(begin + ms);
      };
      source().open();
      source().tick(begin);
      for (let ms = 1000; ms <= 12_000; ms += 1000) arrive(ms);
      stream.cut(2500);
      mock.timers.tick(2500);
      source().open();
      source().tick(begin + 13_000);
      source().tick(begin + 14_000);
      arrive(15_000);
      assert.deepEqual(
        of("tick")
          .slice(-3)
          .map(({ replayed, live }) => [replayed, live]),
        [
          [true, false],
          [true, false],
          [false, true],
        ],
      );
    });
  }

  it("comes back after a loss, from the last tick, more and more slowly while it fails", () => {
    const { of, states } = listen();
    source().open();
    source().tick(START);
    source().fail(LOST);
    const waits = [];
    for (let k = 0; k < 6; k += 1) {
      const { retryAt } = of("state").at(-1);
      waits.push(retryAt - Date.now());
      mock.timers.tick(retryAt - Date.now());
      assert.equal(sources.length, k + 2);
      assert.equal(source().url.searchParams.get("last_event_id"), String(START));
      source().fail(LOST);
    }
    assert.deepEqual(waits, [2000, 4000, 8000, 16_000, 30_000, 30_000]);
    mock.timers.tick(30_000);
    source().open();
    source().tick(START + 1000);
    source().fail(LOST);
    assert.equal(of("state").at(-1).retryAt - Date.now(), 2000, "a tick makes good for all failures");
    assert.equal(states()[0], "live");
    assert.equal(of("state").at(-1).since, Date.now());
  });

  it("keeps the browser’s own reconnection out of it", () => {
    listen();
    const first = source();
    first.fail(LOST);
    assert.equal(first.readyState, 2);
  });

  it("reopens a stream whose expected tick does not come", () => {
    const { states } = listen({ patience: 5000 });
    source().open();
    source().tick(START);
    mock.timers.tick(5999);
    assert.deepEqual(states(), ["live"]);
    mock.timers.tick(1);
    assert.deepEqual(states(), ["live", "reconnecting silent"]);
    assert.equal(source().readyState, 2);
  });

  it("waits for as long as the ticks that it saw are apart, where no interval was given", () => {
    const { states } = listen({ interval: undefined });
    source().open();
    source().tick(START);
    mock.timers.tick(20_000);
    source().tick(START + 20_000);
    mock.timers.tick(24_999);
    assert.deepEqual(states(), ["live"]);
    mock.timers.tick(1);
    assert.deepEqual(states(), ["live", "reconnecting silent"]);
  });

  it("reopens a connection that never stands", () => {
    const { states } = listen();
    mock.timers.tick(11_000);
    assert.deepEqual(states(), ["reconnecting silent"]);
  });

  it("goes on at once after a planned end", () => {
    const { of, states } = listen();
    source().open();
    source().tick(START);
    source().say("rotate", { reason: "cpu", retry_ms: 1500 });
    assert.equal(sources.length, 2);
    assert.deepEqual(
      of("rotate").map(({ reason }) => reason),
      ["cpu"],
    );
    source().open();
    mock.timers.tick(1000);
    source().tick(START + 1000);
    assert.deepEqual(states(), ["live"]);
  });

  it("takes its time after a planned end that brought nothing", () => {
    const { of } = listen({ lastEventId: START });
    source().open();
    source().say("rotate", { reason: "lifetime", retry_ms: 1500 });
    assert.equal(sources.length, 1);
    assert.equal(of("state").at(-1).retryAt - Date.now(), 1500);
    mock.timers.tick(1500);
    assert.equal(sources.length, 2);
  });

  it("leaves a full server alone for as long as the server says", () => {
    const { of, states } = listen();
    source().open();
    source().say("overload", { retry_ms: 17_000 });
    assert.deepEqual(states(), ["reconnecting overload"], "and was never live");
    mock.timers.tick(16_999);
    assert.equal(sources.length, 1);
    mock.timers.tick(1);
    assert.equal(sources.length, 2);
    assert.deepEqual(
      of("overload").map(({ retry_ms }) => retry_ms),
      [17_000],
    );
  });

  for (const [status, said] of [
    [204, "stopped off"],
    [400, "stopped refused"],
    [404, "stopped refused"],
    [408, "reconnecting refused"],
    [429, "reconnecting refused"],
    [500, "reconnecting refused"],
    [503, "reconnecting refused"],
    [200, "reconnecting refused"],
  ]) {
    it(`asks which answer EventSource gave up on: ${status}`, async () => {
      globalThis.fetch = async (_url, { method }) => {
        assert.equal(method, "HEAD");
        return { status };
      };
      const { of, states } = listen();
      source().fail(REFUSED);
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(states(), [said]);
      assert.equal(of("state")[0].status, status);
      mock.timers.tick(60_000);
      assert.equal(sources.length, said.startsWith("stopped") ? 1 : sources.length);
    });
  }

  it("counts a tick that comes twice, and does not show it again", () => {
    const { of } = listen();
    source().open();
    for (const id of [START, START + 1000, START + 1000, START]) source().tick(id);
    assert.deepEqual(
      of("tick").map(({ id }) => id),
      [START, START + 1000],
    );
    assert.deepEqual(
      of("duplicate").map(({ id }) => id),
      [START + 1000, START],
    );
  });

  it("passes on a gap that the server told, once", () => {
    const { of } = listen();
    source().open();
    source().tick(START);
    source().say("gap", { after: START, resumed_at: START + 90_000, missed: 89 });
    source().tick(START + 90_000);
    assert.deepEqual(of("gap"), [
      { type: "gap", announced: true, after: START, resumed_at: START + 90_000, missed: 89 },
    ]);
  });

  it("notices a gap that nobody told", () => {
    const { of } = listen();
    source().open();
    source().tick(START);
    source().tick(START + 3000);
    assert.deepEqual(of("gap"), [
      { type: "gap", announced: false, after: START, resumed_at: START + 3000, missed: 2 },
    ]);
  });

  for (const [event, target] of [
    ["online", "window"],
    ["pageshow", "window"],
    ["visibilitychange", "document"],
    ["resume", "document"],
  ]) {
    it(`does not wait for timers that slept too: ${event}`, (t) => {
      const [page, window] = [new EventTarget(), new EventTarget()];
      globalThis.document = Object.assign(page, { visibilityState: "visible" });
      globalThis.addEventListener = window.addEventListener.bind(window);
      t.after(() => {
        delete globalThis.document;
        delete globalThis.addEventListener;
      });
      const wake = () => (target === "window" ? window : page).dispatchEvent(new Event(event));
      listen();
      source().open();
      source().tick(START);
      mock.timers.setTime(START + 3000);
      wake();
      assert.equal(sources.length, 1, "a stream that is well is left alone");
      mock.timers.setTime(START + 3_600_000); // the clock went on and no timer ran, as in sleep
      wake();
      assert.equal(sources.length, 2);
      source().fail(LOST);
      wake();
      assert.equal(sources.length, 3, "waiting is over");
      source().say("overload", { retry_ms: 9000 });
      wake();
      assert.equal(sources.length, 3, "but a full server is given its time");
    });
  }

  it("stops by its signal, for good", () => {
    const { stream, states } = listen();
    source().open();
    source().tick(START);
    stop.abort();
    assert.deepEqual(states(), ["live", "stopped aborted"]);
    assert.equal(source().readyState, 2);
    mock.timers.tick(3_600_000);
    assert.equal(sources.length, 1);
    assert.equal(stream.lastEventId, START);
  });

  it("stops by its signal in the middle of whatever it is telling", () => {
    for (const [type, tell] of [
      ["tick", (it) => it.tick(START)],
      ["state", (it) => it.tick(START)],
      ["state", (it) => it.fail(LOST)],
      ["rotate", (it) => (it.tick(START), it.say("rotate", { reason: "cpu", retry_ms: 1000 }))],
      ["overload", (it) => it.say("overload", { retry_ms: 1000 })],
    ]) {
      const own = new AbortController();
      const { stream, states } = listen({ signal: own.signal });
      let after = false;
      stream.addEventListener(type, () => own.abort());
      stream.addEventListener("tick", () => (after = type === "state"));
      const opened = sources.length;
      source().open();
      tell(source());
      mock.timers.tick(3_600_000);
      assert.equal(sources.length, opened, type);
      assert.equal(after, false, "a tick came after the stop");
      assert.equal(states().at(-1), "stopped aborted", type);
    }
  });

  it("does not begin with a signal that is aborted already", () => {
    const { stream } = listen({ signal: AbortSignal.abort() });
    assert.equal(stream.state.state, "stopped");
    assert.equal(sources.length, 0);
  });
});

describe("the order of ticks", () => {
  it("knows new ones, old ones, and how many are missing", () => {
    const order = new Order(100);
    assert.deepEqual(
      [500, 600, 600, 500, 900, 1000].map((id) => order.accept(id)),
      [0, 0, -1, -1, 2, 0],
    );
    order.skipTo(5000);
    assert.deepEqual(
      [5000, 5100].map((id) => order.accept(id)),
      [0, 0],
    );
  });

  it("misses nothing where it does not know the interval, and learns it", () => {
    const order = new Order();
    assert.deepEqual(
      [1000, 4000, 5000].map((id) => order.accept(id)),
      [0, 0, 0],
    );
    assert.equal(order.interval, 1000);
  });
});

describe("the timeline", () => {
  it("holds the last minutes, and never more than its bound", () => {
    const timeline = new Timeline();
    for (let at = 0; at < 3_600_000; at += 100) timeline.add("tick", at, 3);
    assert.equal(timeline.marks.length, WINDOW_MS / 100 + 1);
    assert.equal(timeline.marks[0].at, 3_599_900 - WINDOW_MS);
    for (let k = 0; k < 10_000; k += 1) timeline.add("replayed", 3_600_000, 3);
    assert.equal(timeline.marks.length, MAX_MARKS);
    for (let at = 0; at < 3_600_000; at += 1000) {
      timeline.lost(at);
      timeline.back(at + 500);
    }
    assert.ok(timeline.outages.length <= WINDOW_MS / 1000 + 1);
  });

  it("takes median and percentile of live ticks only, by nearest rank", () => {
    const timeline = new Timeline();
    for (let lag = 1; lag <= 100; lag += 1) timeline.add("tick", lag, lag);
    timeline.add("replayed", 101, 9000);
    timeline.add("first", 101, 900);
    assert.deepEqual(timeline.lag(), { median: 50, p95: 95 });
    assert.equal(quantile([], 0.5), undefined);
    assert.equal(quantile([7], 0.95), 7);
  });

  it("puts each lag into the picture", () => {
    assert.deepEqual([height(-5), height(0), height(60_000), height(1e9)], [0, 0, 1, 1]);
    assert.ok(height(10) < height(11));
  });
});

describe("the raw view", () => {
  it("joins what was split, and keeps the last lines", () => {
    const tail = new Tail();
    for (const part of ["ret", "ry: 1\n", "id: 2\nda", "ta: 3\n\n"]) tail.push(part);
    assert.equal(String(tail), "retry: 1⏎\nid: 2⏎\ndata: 3⏎\n⏎\n");
    for (let k = 0; k < 1000; k += 1) tail.push(":\n");
    assert.equal(tail.lines.length, MAX_LINES);
  });
});
