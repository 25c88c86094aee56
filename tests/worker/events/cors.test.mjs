// Which methods, which media types, which other sites.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, request } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const here = "https://app.example";
const elsewhere = "https://evil.example";

/** Each kind of answer of /events, with the status it must have. */
const answers = [
  ["the stream", { headers: { Accept: "text/event-stream" } }, 200],
  ["HEAD", { method: "HEAD" }, 200],
  ["a bad parameter", { path: "/events?interval=1" }, 400],
  ["a bad method", { method: "POST" }, 405],
  ["a bad Accept", { headers: { Accept: "application/json" } }, 406],
];

const preflight = { method: "OPTIONS", headers: { "Access-Control-Request-Method": "GET" } };

async function answerTo(runtime, options, origin) {
  const answer = open(runtime, {
    ...options,
    headers: { Accept: undefined, ...options.headers, Origin: origin },
  });
  await answer.head();
  answer.leave();
  return answer;
}

const vary = (answer) => (answer.headers.vary ?? "").split(/,\s*/).map((name) => name.toLowerCase());

describe("ALLOWED_ORIGINS", { concurrency: true }, () => {
  const none = runtimeWith({ ALLOWED_ORIGINS: "" });
  const any = runtimeWith({ ALLOWED_ORIGINS: "*" });
  const list = runtimeWith({ ALLOWED_ORIGINS: `${here}, http://localhost:3000` });
  const full = runtimeWith({ ALLOWED_ORIGINS: here, MAX_STREAMS: 1 });
  const off = runtimeWith({ ALLOWED_ORIGINS: here, EVENTS_ENABLED: "false" });

  for (const [what, options, status] of [...answers, ["the preflight", preflight, 204]]) {
    it(`empty: ${what} is for the same origin only`, async () => {
      const answer = await answerTo(none, options, here);
      assert.equal(answer.status, status);
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
    });

    it(`"*": ${what} is for every page`, async () => {
      const answer = await answerTo(any, options, elsewhere);
      assert.equal(answer.status, status);
      assert.equal(answer.headers["access-control-allow-origin"], "*");
    });

    it(`a list: ${what} is for the pages in it, and no cache mixes them up`, async () => {
      for (const origin of [here, "http://localhost:3000"]) {
        const answer = await answerTo(list, options, origin);
        assert.equal(answer.status, status);
        assert.equal(answer.headers["access-control-allow-origin"], origin);
        assert.ok(vary(answer).includes("origin"), `vary: ${answer.headers.vary}`);
      }
      for (const origin of [
        elsewhere,
        "null",
        undefined,
        `${here}.evil.example`,
        "http://app.example",
        `${here}:8443`,
      ]) {
        const answer = await answerTo(list, options, origin);
        assert.equal(answer.status, status);
        assert.equal(answer.headers["access-control-allow-origin"], undefined, String(origin));
        assert.ok(vary(answer).includes("origin"), `vary: ${answer.headers.vary}`);
      }
    });
  }

  it("covers overload, in both forms, or a page could not read why", async () => {
    const inside = await open(full).hasTicks(1);
    for (const [accept, status] of [
      ["text/event-stream", 200],
      ["*/*", 503],
    ]) {
      const answer = await answerTo(full, { headers: { Accept: accept } }, here);
      assert.equal(answer.status, status);
      assert.equal(answer.headers["access-control-allow-origin"], here);
    }
    inside.reset();
  });

  it("covers the off switch", async () => {
    const answer = await answerTo(off, {}, here);
    assert.equal(answer.status, 204);
    assert.equal(answer.headers["access-control-allow-origin"], here);
  });
});

describe("the preflight", () => {
  const runtime = runtimeWith({ ALLOWED_ORIGINS: here });

  it("allows the headers that stream clients send", async () => {
    const headers = {
      Origin: here,
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Headers": "last-event-id,cache-control",
    };
    const answer = await request(runtime, { method: "OPTIONS", path: "/events", headers });
    assert.equal(answer.status, 204);
    const allowed = answer.headers["access-control-allow-headers"].toLowerCase().split(/,\s*/);
    assert.deepEqual(allowed.sort(), ["cache-control", "last-event-id"]);
    const methods = answer.headers["access-control-allow-methods"].split(/,\s*/);
    assert.ok(methods.includes("GET"), `access-control-allow-methods: ${methods}`);
  });
});

describe("methods", () => {
  const runtime = runtimeWith();

  it("HEAD answers with the headers of GET, without a body, and starts no stream", async () => {
    const stream = await open(runtime).head();
    stream.leave();
    const head = await request(runtime, {
      method: "HEAD",
      path: "/events",
      headers: { Accept: "text/event-stream" },
    });
    const { "transfer-encoding": _, ...of } = stream.headers;
    const { "transfer-encoding": __, "content-length": ___, ...same } = head.headers;
    assert.equal(head.status, 200);
    assert.deepEqual(same, of);
    assert.equal(head.text, "");
  });

  it("HEAD leaves live_streams as it is, however often it is asked", async () => {
    const live = async () => (await request(runtime, { path: "/health" })).json().live_streams;
    const inside = await open(runtime).hasTicks(1);
    const before = await live();
    for (let k = 0; k < 20; k += 1) await request(runtime, { method: "HEAD", path: "/events" });
    assert.ok((await live()) <= before);
    inside.reset();
  });
});
