// The client module for channels against a server that the test plays: what it makes of the bytes, and of a
// clock that is wrong. Against the real one it is in tests/worker/channels/module.test.mjs.
import assert from "node:assert/strict";
import http from "node:http";
import { describe, it } from "node:test";
import { follow } from "../../public/channels.js";
import { sleep, waitFor } from "../support/wait.mjs";

/** A server whose every stream is what `serve` writes; and how often it was asked. */
async function server(test, serve) {
  const requests = [];
  const listening = http.createServer((request, response) => {
    requests.push(request);
    response.writeHead(200, { "content-type": "text/event-stream" });
    serve(response, requests.length);
  });
  await new Promise((ready) => listening.listen(0, "127.0.0.1", () => ready(undefined)));
  test.after(() => {
    listening.close();
    listening.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${/** @type {any} */ (listening.address()).port}/channels/x`, requests };
}

function listen(test, url, options = {}) {
  const stop = new AbortController();
  test.after(() => stop.abort());
  const channel = follow(url, { shared: false, signal: stop.signal, from: "start", ...options });
  const messages = [];
  channel.addEventListener("message", ({ detail }) => messages.push(detail));
  return { channel, messages, stop };
}

const id = (n) => `0000000000000001_${String(n).padStart(16, "0")}`;
const ready = (n, tail) =>
  `id: ${id(n)}\nevent: ready\ndata: {"after":"${id(n)}","tail":"${id(tail)}","exists":true}\n\n`;
const jwt = (claims) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;

/** Marsaglia's xorshift: each run of the test is the same. */
function randoms(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

describe("the bytes of a stream", () => {
  it("are read alike with each line ending, wherever they are torn", async (test) => {
    const data = ["plain", "two\nlines", "", " a space", "colon: in it", "Grüße 🎉", '{"n":1}', "\n"];
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = randoms(seed * 7919);
      const end = ["\n", "\r\n", "\r"][seed % 3];
      const text = [
        "retry: 100\n",
        ready(0, 3),
        ...data.map((text, k) => {
          const lines = text.split("\n").map((line) => `data: ${line}\n`);
          const name = k % 2 ? "event:named\n" : "";
          return `:\n\nid: ${id(k + 1)}\n${name}unknown: field\n${lines.join("")}\n`;
        }),
      ].join("");
      const bytes = Buffer.from((seed % 2 ? "\uFEFF" : "") + text.replaceAll("\n", end));
      const { url, requests } = await server(test, async (response) => {
        for (let at = 0; at < bytes.length; ) {
          const next = at + 1 + random(seed < 5 ? 3 : 40);
          response.write(bytes.subarray(at, next));
          at = next;
          if (random(4) === 0) await sleep(1);
        }
      });
      const { messages, stop } = listen(test, url);
      // A lone CR may be half of a line's end: the last message waits for what comes after it.
      const wanted = end === "\r" ? data.length - 1 : data.length;
      await waitFor(() => messages.length >= wanted, { what: `${wanted} messages of seed ${seed}` });
      assert.deepEqual(
        messages.map((message) => message.data),
        data.slice(0, messages.length),
      );
      assert.deepEqual(
        messages.slice(0, 2).map(({ event }) => event),
        ["message", "named"],
      );
      assert.deepEqual(messages.map(({ replayed }) => replayed).slice(0, 4), [true, true, true, false]);
      assert.equal(messages[6].value.n, 1);
      assert.equal(requests.length, 1);
      stop.abort();
    }
  });
});

describe("a token by the clock of this machine", () => {
  it("that is over when it comes is used all the same, and asked for once", async (test) => {
    let asked = 0;
    const token = () => {
      asked += 1;
      return jwt({ exp: Math.floor(Date.now() / 1000) - 300 });
    };
    const { url, requests } = await server(test, (response) => response.write(ready(0, 0)));
    const { channel } = listen(test, url, { token });
    await waitFor(() => channel.state.state === "live", { what: "the connection" });
    await sleep(1500);
    assert.deepEqual([asked, requests.length], [1, 1]);
    assert.match(requests[0].headers.authorization, /^Bearer e30\./);
  });

  it("is renewed in time where its life is short, and no oftener than once in a second", async (test) => {
    let asked = 0;
    const token = () => {
      asked += 1;
      return jwt({ exp: Date.now() / 1000 + 1.1 });
    };
    const { url, requests } = await server(test, (response) => response.write(ready(0, 0)));
    listen(test, url, { token });
    await waitFor(() => requests.length >= 3, { what: "three connections" });
    assert.ok(asked <= requests.length, `${asked} tokens for ${requests.length} connections`);
  });

  it("that cannot be had, and a server that cannot be reached, are told apart", async (test) => {
    const gone = await server(test, () => {});
    const { channel } = listen(test, gone.url.replace(/:\d+/, ":1"), { token: () => "a token" });
    await waitFor(() => channel.state.state === "reconnecting", { what: "word of it" });
    assert.equal(channel.state.reason, "lost");
    const fails = () => Promise.reject(new Error("no"));
    const other = listen(test, gone.url, { token: fails });
    await waitFor(() => other.channel.state.state === "reconnecting", { what: "word of it" });
    assert.equal(other.channel.state.reason, "token");
  });
});

describe("what is kept for a tab that comes later", () => {
  it("is bounded in characters too", async (test) => {
    const large = "x".repeat(300_000);
    const { url, requests } = await server(test, (response, nth) => {
      response.write(ready(0, 10));
      for (let k = 1; k <= 10; k += 1) response.write(`id: ${id(k)}\ndata: ${k} ${large}\n\n`);
      if (nth > 1) response.write(":\n\n");
    });
    const first = listen(test, url, { shared: true });
    await waitFor(() => first.messages.length === 10, { what: "all of them" });
    // Three of them are kept: who has the sixth reads the others itself, who has the seventh need not.
    const near = listen(test, url, { shared: true, from: id(7) });
    await waitFor(() => near.messages.length === 3, { what: "three from the other tab" });
    assert.equal(requests.length, 1);
    const far = listen(test, url, { shared: true, from: id(6) });
    await waitFor(() => far.messages.length === 4, { what: "four from the server" });
    assert.equal(requests.length, 2);
    assert.match(requests[1].url, /last_event_id=0+1_0+6$/);
    for (const { messages } of [first, near, far]) {
      assert.equal(new Set(messages.map(({ id }) => id)).size, messages.length);
    }
  });
});
