// What concurrent clients of channels did and saw, while the runtime is killed under them, is written
// down and judged by a checker that knows nothing of this project: is there one order of all of it
// in which a single log gives every answer? See tests/checker.
//
// 6 channels and 3 kills by default; EDGE_EVENTS_LONG=1 makes it 20 and 10.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { before, describe, it } from "node:test";
import {
  AUTHORIZED,
  call,
  channelVars,
  Follower,
  LONG,
  ordinal,
  post,
  protocol,
  readLog,
  START,
} from "../../support/channels-clients.mjs";
import { storageFor } from "../../support/channels-processes.mjs";
import { open, sleep, waitFor } from "../../support/client.mjs";
import { root, startRuntime } from "../../support/runtime.mjs";

const CHANNELS = LONG ? 20 : 6;
const KILLS = LONG ? 10 : 3;
const ANSWERS_BETWEEN_KILLS = 20; // for each channel
const vars = { ...channelVars, RETRY_MS: 100 };

const manifest = path.join(root, "tests/checker/Cargo.toml");
const target = path.join(root, "target/checker");

const WRITERS = 1000;
const isWriter = (client) => client > WRITERS;

/** Writes down, in one order, what the clients of one channel ask and hear. */
class Recorder {
  events = [];
  answers = 0;
  // The checker tries clients in the order of their numbers, and a read is never too early: so
  // readers have the low ones.
  #readers = 0;
  #writers = WRITERS;

  reader = () => (this.#readers += 1);
  writer = () => (this.#writers += 1);

  /** Gives back what takes the answer, or takes the question back if it was never asked. */
  asks(client, operation) {
    const event = { client, asks: operation };
    this.events.push(event);
    return {
      hears: (answer) => {
        this.events.push({ client, hears: answer });
        this.answers += 1;
      },
      never: () => this.events.splice(this.events.indexOf(event), 1),
    };
  }

  /** Up to the event of this index; a read that nobody heard an answer to says nothing. */
  until(end = this.events.length) {
    const events = this.events.slice(0, end);
    const waiting = new Map();
    for (const event of events) {
      if (event.asks) waiting.set(event.client, event);
      else waiting.delete(event.client);
    }
    return events.filter((event) => event.asks?.read === undefined || waiting.get(event.client) !== event);
  }
}

const refused = (error) => error.cause?.code === "ECONNREFUSED";

/** One channel and its clients, each of which does one thing after another. */
class Scene {
  recorder = new Recorder();
  ended = false;
  sent = 0;
  unknown = 0;
  repeated = 0;

  constructor(runtime, name, isUp) {
    this.runtime = runtime;
    this.name = name;
    this.isUp = isUp;
  }

  message() {
    this.sent += 1;
    return `${this.name} ${this.sent}`;
  }

  async run(client) {
    while (!this.ended) {
      await this.isUp();
      await client();
      await sleep(Math.random() * 30);
    }
  }

  /** Publishes one or two messages and never asks again: what became of a lost one is unknown. */
  plain() {
    let client = this.recorder.writer();
    return this.run(async () => {
      const messages = Math.random() < 0.3 ? [this.message(), this.message()] : [this.message()];
      const asked = this.recorder.asks(client, { append: messages });
      try {
        const { status, text, offset } = await post(this.runtime, protocol(this.name), messages);
        if (status === 204) asked.hears({ appended: ordinal(offset) });
        else if (status === 409) asked.hears("closed");
        else throw new Error(`${status} ${text}`);
      } catch (error) {
        if (refused(error)) return asked.never();
        this.unknown += 1;
        client = this.recorder.writer();
      }
    });
  }

  /** Publishes as a producer and sends again until it is answered. */
  producer(id) {
    const client = this.recorder.writer();
    let seq = 0;
    return this.run(async () => {
      const messages = [this.message()];
      const headers = { "Producer-Id": id, "Producer-Epoch": "0", "Producer-Seq": String(seq) };
      const asked = this.recorder.asks(client, { append: messages });
      for (let attempt = 0; ; attempt += 1) {
        try {
          const { status, text, offset } = await post(this.runtime, protocol(this.name), messages, headers);
          if (status >= 500) throw new Error(`${status} ${text}`);
          if (attempt > 0) this.repeated += 1;
          seq += 1;
          if (status === 409) return asked.hears("closed");
          assert.ok(status === 200 || (status === 204 && attempt > 0), `${status} ${text}`);
          return asked.hears({ appended: status === 200 ? ordinal(offset) : null });
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          await sleep(20);
          await this.isUp();
        }
      }
    });
  }

  /** Reads everything from a place that it has been at, or from the start. */
  catchUp() {
    const client = this.recorder.reader();
    const places = [START];
    return this.run(async () => {
      const from = places[Math.floor(Math.random() * places.length)];
      const asked = this.recorder.asks(client, { read: ordinal(from) });
      try {
        const answer = await call(this.runtime, "GET", `${protocol(this.name)}?offset=${from}`);
        if (!answer.complete) throw new Error("cut");
        assert.equal(answer.status, 200, answer.text);
        asked.hears({
          read: { messages: answer.json(), all: answer.headers["stream-up-to-date"] === "true" },
        });
        places.push(answer.headers["stream-next-offset"]);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        asked.never(); // nobody can have seen a read that was not answered
      }
    });
  }

  /** What a follower is told is a read, which began when it was told the last. */
  followed() {
    const client = this.recorder.reader();
    let place = 0;
    let asked = this.recorder.asks(client, { read: 0 });
    const told = (messages, next) => {
      asked.hears({ read: { messages, all: false } });
      place = next;
      asked = this.recorder.asks(client, { read: place });
    };
    return { told, place: () => place };
  }

  async view() {
    const { told } = this.followed();
    const onMessage = ({ id, data }) => told([JSON.parse(data)], ordinal(id));
    this.follower = new Follower(this.runtime, this.name, { query: "?offset=-1", onMessage });
    await waitFor(() => this.ended, { ceiling: 600_000 });
    await waitFor(() => this.follower?.closed || this.stopped, { what: "the end of the channel" });
    return this.follower.done;
  }

  /** Ends it whatever state it is in. */
  stop() {
    this.ended = true;
    this.stopped = true;
    this.exchange?.reset();
    return this.follower?.stop();
  }

  async stream() {
    const { told, place } = this.followed();
    let [offset, closed, messages] = ["-1", false, []];
    while (!closed && !this.stopped) {
      await this.isUp();
      const onEvent = ({ type, data }) => {
        if (type === "data") messages = JSON.parse(data);
        if (type !== "control") return;
        const control = JSON.parse(data);
        offset = control.streamNextOffset;
        closed = control.streamClosed === true;
        if (messages.length > 0) told(messages, ordinal(offset));
        messages = [];
      };
      this.exchange = open(this.runtime, {
        path: `${protocol(this.name)}?live=sse&offset=${offset}`,
        headers: AUTHORIZED,
        onEvent,
      });
      const { exchange } = this;
      await waitFor(() => exchange.complete || exchange.closed, { ceiling: 600_000 });
      exchange.leave();
      messages = [];
      await sleep(20);
    }
    assert.equal(place(), ordinal(offset));
  }

  /** Ends the log while others still write to it, and reads it once more. */
  async close() {
    const asked = this.recorder.asks(this.recorder.writer(), "close");
    const { status } = await call(this.runtime, "POST", protocol(this.name), {
      headers: { "Stream-Closed": "true" },
    });
    assert.equal(status, 204);
    asked.hears("closed");
  }

  async last() {
    const asked = this.recorder.asks(this.recorder.reader(), { read: 0 });
    const { messages, closed } = await readLog(this.runtime, this.name);
    asked.hears({ read: { messages, all: true } });
    assert.equal(closed, true);
    return messages;
  }
}

describe("the history of a channel", () => {
  before(() => {
    execFileSync("cargo", ["build", "--locked", "--quiet", "--manifest-path", manifest], {
      env: { ...process.env, CARGO_TARGET_DIR: target },
      stdio: ["ignore", "ignore", "inherit"],
    });
  });

  const judge = (files) => {
    const { status, stdout, stderr } = spawnSync(
      path.join(target, "debug/edge-events-history-checker"),
      files,
      { encoding: "utf8", timeout: 120_000 },
    );
    assert.equal(stderr, "");
    return {
      status,
      verdicts: stdout
        .trim()
        .split("\n")
        .map((line) => line.split("\t")[0]),
    };
  };

  it(`is that of one log, for ${CHANNELS} channels and ${KILLS} kills`, async (test) => {
    const persist = storageFor(test);
    let runtime = await startRuntime({ vars, persist });
    let scenes = [];
    test.after(() => {
      for (const scene of scenes) scene.stop();
      return runtime.stop();
    });
    let up = Promise.resolve();
    scenes = Array.from({ length: CHANNELS }, (_, k) => new Scene(runtime, `history-${k}`, () => up));
    for (const { name } of scenes) {
      const created = await call(runtime, "PUT", protocol(name), {
        headers: { "Content-Type": "application/json" },
      });
      assert.equal(created.status, 201, created.text);
    }
    const running = Promise.all(
      scenes.flatMap((scene) => [
        scene.plain(),
        scene.plain(),
        scene.producer("first"),
        scene.producer("second"),
        scene.catchUp(),
        scene.view(),
        scene.stream(),
      ]),
    );
    const failed = running.then(
      () => new Promise(() => {}),
      (error) => Promise.reject(error),
    );
    const unlessFailed = (promise) => Promise.race([promise, failed]);

    const someAnswers = async () => {
      const had = scenes.map(({ recorder }) => recorder.answers);
      await waitFor(
        () => scenes.every(({ recorder }, k) => recorder.answers >= had[k] + ANSWERS_BETWEEN_KILLS),
        { what: `${ANSWERS_BETWEEN_KILLS} more answers for each channel`, ceiling: 60_000 },
      );
    };
    for (let kill = 1; kill <= KILLS; kill += 1) {
      await unlessFailed(someAnswers());
      let isUp;
      up = new Promise((resolve) => (isUp = resolve));
      await runtime.kill();
      runtime = await startRuntime({ vars, persist, port: runtime.port });
      isUp();
    }
    await unlessFailed(someAnswers());
    await unlessFailed(Promise.all(scenes.map((scene) => scene.close())));
    await unlessFailed(sleep(50)); // some appends that find it closed
    for (const scene of scenes) scene.ended = true;
    await running;

    const files = [];
    const write = (name, text) => {
      files.push(path.join(persist, name));
      writeFileSync(files.at(-1), text);
      return files.at(-1);
    };
    for (const scene of scenes) {
      scene.log = await scene.last();
      write(`${scene.name}.jsonl`, lines(scene.recorder.until()));
    }
    const { status, verdicts } = judge(files);
    const sum = (of) => scenes.reduce((sum, scene) => sum + of(scene), 0);
    test.diagnostic(
      `${sum(({ recorder }) => recorder.events.length)} events, ${sum(({ log }) => log.length)} messages, ${sum(({ unknown }) => unknown)} unknown outcomes, ${sum(({ repeated }) => repeated)} repeats of producers`,
    );
    assert.deepEqual(
      verdicts,
      scenes.map(() => "linearizable"),
    );
    assert.equal(status, 0);
    assert.ok(sum(({ unknown }) => unknown) > 0, "no request was under way when the runtime was killed");
    for (const scene of scenes) assert.equal(new Set(scene.log).size, scene.log.length, scene.name);

    // What its publishers did up to some moment, and one read after it: the checker must refuse a wrong one.
    const [{ recorder, log }] = scenes;
    const until = recorder.until(recorder.events.findIndex(isRead(5)) + 1);
    const { client: reader, hears } = until.at(-1);
    const start = until.findLast(({ client, asks }) => asks && client === reader).asks.read;
    const all = log.slice(0, start + hears.read.messages.length);
    const published = until.filter(({ client }) => isWriter(client));
    const wrong = {
      swapped: [all[1], all[0], ...all.slice(2)],
      lost: all.slice(1),
      doubled: [all[0], ...all],
      invented: [...all.slice(0, -1), "never sent"],
      forgotten: [],
    };
    for (const [what, messages] of Object.entries({ right: all, ...wrong })) {
      const read = { read: { messages, all: false } };
      // A read of nothing that claims to be everything, behind one that saw something.
      if (what === "forgotten") read.read.all = true;
      const events = [...published, { client: 999, asks: { read: 0 } }, { client: 999, hears: read }];
      const file = write(`${what}.jsonl`, lines(events));
      const verdict = judge([file]).verdicts[0];
      assert.equal(verdict, what === "right" ? "linearizable" : "refused", `a history with messages ${what}`);
    }
  });
});

const lines = (events) => events.map((event) => `${JSON.stringify(event)}\n`).join("");

/** The first answer to a catch-up read that leads at least `count` messages far. */
const isRead =
  (count) =>
  ({ hears }) =>
    hears?.read?.messages.length >= count;
