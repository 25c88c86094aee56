// One EventSource at a time: when it is opened, given up, waited for, and stopped.
import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { define, LOST, REFUSED, START, script } from "./scripted.mjs";

describe("the connection of the client module", () => {
  const { sources, source, listen, stopAll } = script();

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

  it("closes again what the browser opens anew, as WebKit does with a page that was kept", () => {
    const { said } = listen({ lastEventId: START });
    const first = source();
    first.open();
    first.fail(LOST);
    const told = said.length;
    for (const event of ["open", "tick", "fail"]) {
      first.readyState = 0;
      if (event === "tick") first.tick(START + 1000);
      else first[event](LOST);
      assert.equal(first.readyState, 2, event);
    }
    assert.equal(said.length, told);
  });

  it("is reopened when the expected tick does not come", () => {
    const { states } = listen({ patience: 5000 });
    source().open();
    source().tick(START);
    mock.timers.tick(5999);
    assert.deepEqual(states(), ["live"]);
    mock.timers.tick(1);
    assert.deepEqual(states(), ["live", "reconnecting silent"]);
    assert.equal(source().readyState, 2);
  });

  it("is reopened when it never stands, whatever the interval", () => {
    const { states } = listen({ interval: 60_000 });
    mock.timers.tick(9_999);
    assert.deepEqual(states(), []);
    mock.timers.tick(1);
    assert.deepEqual(states(), ["reconnecting silent"]);
  });

  it("goes on at once after a planned end of its life", () => {
    const { of, states } = listen();
    source().open();
    source().tick(START);
    source().say("rotate", { reason: "lifetime", retry_ms: 1500 });
    assert.equal(sources.length, 2);
    assert.deepEqual(
      of("rotate").map(({ reason }) => reason),
      ["lifetime"],
    );
    source().open();
    mock.timers.tick(1000);
    source().tick(START + 1000);
    assert.deepEqual(states(), ["live"]);
  });

  for (const [words, reason, ticks] of [
    ["that brought nothing", "lifetime", 0],
    ["at the CPU limit", "cpu", 1],
  ]) {
    it(`takes the time that the server asks for after a planned end ${words}`, () => {
      const { of, states } = listen({ lastEventId: START });
      source().open();
      if (ticks) source().tick(START + 1000);
      source().say("rotate", { reason, retry_ms: 1500 });
      assert.equal(states().at(-1), "reconnecting rotate");
      assert.equal(of("state").at(-1).retryAt - Date.now(), 1500);
      mock.timers.tick(1499);
      assert.equal(sources.length, 1);
      mock.timers.tick(1);
      assert.equal(sources.length, 2);
    });
  }

  it("leaves a full server alone for as long as the server says", () => {
    const { stream, of, states } = listen();
    source().open();
    source().say("overload", { retry_ms: 17_000 });
    assert.deepEqual(states(), ["reconnecting overload"], "and was never live");
    stream.cut(100); // a cut is no way in
    mock.timers.tick(16_999);
    assert.equal(sources.length, 1);
    mock.timers.tick(1);
    assert.equal(sources.length, 2);
    assert.deepEqual(
      of("overload").map(({ retry_ms }) => retry_ms),
      [17_000],
    );
  });

  /** @type {(keyof import("../../public/edge-events.js").Events)[]} */
  const moments = ["tick", "state", "rotate", "gap"];
  for (const type of moments) {
    it(`stays cut for as long as a listener asked in the middle of: ${type}`, () => {
      const { stream, states } = listen();
      source().open();
      stream.addEventListener(type, () => stream.cut(30_000), { once: true });
      source().tick(START);
      if (["rotate", "gap"].includes(type)) {
        source().say("gap", { after: START, resumed_at: START + 9000, missed: 8 });
        source().say("rotate", { reason: "lifetime", retry_ms: 1500 });
      }
      mock.timers.tick(29_999);
      assert.equal(sources.length, 1);
      assert.equal(states().at(-1), "reconnecting cut");
      mock.timers.tick(1);
      assert.equal(sources.length, 2);
    });
  }

  /** @type {[status: number, said: string][]} */
  const answers = [
    [204, "stopped off"],
    [400, "stopped refused"],
    [404, "stopped refused"],
    [408, "reconnecting refused"],
    [429, "reconnecting refused"],
    [500, "reconnecting refused"],
    [503, "reconnecting refused"],
    [200, "reconnecting refused"],
  ];
  for (const [status, said] of answers) {
    it(`asks which answer EventSource gave up on: ${status}`, async () => {
      define("fetch", async (_url, { method }) => {
        assert.equal(method, "HEAD");
        return { status };
      });
      const { of, states } = listen();
      source().fail(REFUSED);
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(states(), [said]);
      assert.equal(of("state")[0].status, status);
      mock.timers.tick(2000); // the first wait
      assert.equal(sources.length, said.startsWith("stopped") ? 1 : 2);
    });
  }

  it("stops by its signal, for good", () => {
    const { stream, states } = listen();
    source().open();
    source().tick(START);
    stopAll();
    assert.deepEqual(states(), ["live", "stopped aborted"]);
    assert.equal(source().readyState, 2);
    mock.timers.tick(3_600_000);
    assert.equal(sources.length, 1);
    assert.equal(stream.lastEventId, START);
  });

  /** @type {[type: keyof import("../../public/edge-events.js").Events, tell: (it: any) => void][]} */
  const news = [
    ["tick", (it) => it.tick(START)],
    ["state", (it) => it.tick(START)],
    ["state", (it) => it.fail(LOST)],
    ["rotate", (it) => (it.tick(START), it.say("rotate", { reason: "lifetime", retry_ms: 1000 }))],
    ["rotate", (it) => (it.tick(START), it.say("rotate", { reason: "cpu", retry_ms: 1000 }))],
    ["overload", (it) => it.say("overload", { retry_ms: 1000 })],
  ];
  for (const [type, tell] of news) {
    it(`stops by its signal in the middle of whatever it is telling: ${type}, ${tell}`, () => {
      const { stream, said, states, close } = listen();
      stream.addEventListener(type, close, { once: true });
      source().open();
      tell(source());
      mock.timers.tick(3_600_000);
      assert.equal(sources.length, 1);
      assert.equal(states().at(-1), "stopped aborted");
      assert.equal(said.at(-1).type, "state", "nothing comes after the stop");
    });
  }

  it("does not begin with a signal that is aborted already", () => {
    const { stream } = listen({ signal: AbortSignal.abort() });
    assert.equal(stream.state.state, "stopped");
    assert.equal(sources.length, 0);
  });
});
