// What is shown instead of a good token, and what each of it comes to: a refusal that does not say why,
// before the channel's object is touched.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { request } from "../../support/client.mjs";
import { root, startRuntime } from "../../support/runtime.mjs";
import { exchange, inSeconds, PREVIOUS, SECRET, sign } from "../../support/tokens.mjs";
import { bearer, cookie, DAY_S, exp, good, POST, token, withClaims } from "./fixtures/attacks.mjs";
import { forged } from "./fixtures/forged-tokens.mjs";
import { misused } from "./fixtures/misused-tokens.mjs";

const fixture = path.join(root, "tests/worker/channels/fixtures/touched.mjs");
const vars = {
  CHANNELS_SECRET: SECRET,
  CHANNELS_SECRET_PREVIOUS: PREVIOUS,
  PUBLIC_CHANNELS: "news,open/*",
};

const JSON_TYPE = "content-type: application/json";
const attacks = { ...forged, ...misused };

/** The databases of channels' objects in this folder. */
const databases = (dir) =>
  readdirSync(dir, { recursive: true }).filter((file) => /Channel\/[0-9a-f]{64}\.sqlite$/.test(String(file)));

describe("an attack", () => {
  const storage = mkdtempSync(path.join(os.tmpdir(), "edge-events-"));
  let runtime;
  before(async () => {
    const adapt = (options) => ({
      ...options,
      modules: [{ type: "ESModule", path: fixture }, ...options.modules],
    });
    runtime = await startRuntime({ vars, adapt, persist: storage });
  });
  after(async () => {
    await runtime?.stop();
    rmSync(storage, { recursive: true, force: true });
  });
  const touched = async () => (await request(runtime, { path: "/touched" })).json();

  for (const [kind, rows] of Object.entries(attacks)) {
    it(`${kind} (${Object.keys(rows).length} of them) is refused as it is due`, async () => {
      const seen = {};
      const expected = {};
      for (const [what, row] of Object.entries(rows)) {
        const [[status, challenge], requestLine, lines] = /** @type {any} */ (row);
        const writes = !/^(GET|HEAD)/.test(requestLine);
        const [type, body] = writes ? [[JSON_TYPE], '"never"'] : [[], ""];
        const answer = await exchange(runtime.port, [requestLine, ...type, ...lines], body);
        seen[what] = [answer.status, answer.headers["www-authenticate"]];
        expected[what] = [status, challenge];
        for (const secret of [SECRET, PREVIOUS, token.split(".")[2]]) {
          assert.ok(!JSON.stringify(answer).includes(secret), `${what}: ${JSON.stringify(answer)}`);
        }
      }
      assert.deepEqual(seen, expected);
    });
  }

  it("is one of more than 60, touches no object, writes no row, and leaves nothing in the log", async () => {
    const all = Object.values(attacks).flatMap(Object.values);
    assert.ok(all.length >= 60, String(all.length));
    assert.equal(await touched(), 0);
    assert.deepEqual(databases(storage), []);
    assert.deepEqual(runtime.logs(), []);
  });

  it("says the same in the same bytes whether or not there is such a channel", async () => {
    const lines = [JSON_TYPE, ...bearer(SECRET)];
    assert.equal((await exchange(runtime.port, ["POST /channels/there", ...lines], "1")).status, 201);
    assert.equal(databases(storage).length, 1, "the look for databases means something");
    const before = await touched();
    assert.ok(before > 0, "the count means something");
    const answers = async (name) => {
      const each = [];
      for (const lines of [[], bearer("x"), bearer(token), cookie(token)]) {
        for (const method of ["GET", "HEAD", "DELETE"]) {
          const { status, headers, body } = await exchange(runtime.port, [
            `${method} /channels/${name}`,
            ...lines,
          ]);
          delete headers.date;
          each.push({ status, headers, body });
        }
      }
      return each;
    };
    assert.deepEqual(await answers("there"), await answers("nowhere"));
    assert.equal(await touched(), before);
  });
});

describe("what is no attack", () => {
  let runtime;
  before(async () => {
    runtime = await startRuntime({ vars });
    const lines = [JSON_TYPE, ...bearer(SECRET)];
    for (const name of ["orders/42", "news", "open/x", "caf%C3%A9"]) {
      const { status } = await exchange(runtime.port, [`POST /channels/${name}`, ...lines], '"hello"');
      assert.equal(status, 201);
    }
  });
  after(() => runtime?.stop());

  const READ = "GET /channels/orders/42?offset=-1";
  const rows = {
    "a token": [READ, bearer(token)],
    "a token, HEAD": ["HEAD /channels/orders/42", bearer(token)],
    "a token by the protocol's address": ["GET /v1/stream/orders/42?offset=-1", bearer(token)],
    "a token for an escaped slash": ["GET /channels/orders%2f42?offset=-1", bearer(token)],
    "a token for an escaped letter": ["GET /channels/%6frders/42?offset=-1", bearer(token)],
    "a token for a name beyond ASCII": [
      "GET /channels/caf%C3%A9?offset=-1",
      withClaims({ exp, subscribe: ["café"] }),
    ],
    "a token for everything": [READ, withClaims({ exp, subscribe: ["*"] })],
    "a token with escapes of JSON": [READ, withClaims(`{"exp":${exp},"subscribe":["orders\\/\\u0034*"]}`)],
    "a token of the previous secret": [READ, bearer(sign(good, { secret: PREVIOUS }))],
    "a token that publishes": [POST, bearer(token)],
    "a token with claims of others": [
      READ,
      withClaims({ ...good, sub: "me", iat: 0, jti: "1", nested: { exp: 0 } }),
    ],
    "a token for 30 days": [READ, withClaims({ ...good, exp: inSeconds(30 * DAY_S) })],
    "a token by a clock that is 50 s ahead": [READ, withClaims({ ...good, nbf: inSeconds(50) })],
    "a token whose exp is a fraction": [READ, withClaims({ ...good, exp: exp + 0.25 })],
    "a token without typ, with kid": [READ, bearer(sign(good, { header: { alg: "HS256", kid: "2026" } }))],
    "the scheme in lower case": [READ, [`authorization: bearer ${token}`]],
    "a cookie": [READ, cookie(token)],
    "a cookie among others": [READ, [`cookie: a=b; __Host-edge-events=${token}; c=d`]],
    "a cookie behind a site's own password": [
      READ,
      [...cookie(token), "authorization: Basic dXNlcjpwYXNzd29yZA=="],
    ],
    "the secret": [READ, bearer(SECRET)],
    "the previous secret": [READ, bearer(PREVIOUS)],
    "a public channel": ["GET /channels/news?offset=-1", []],
    "a public channel with a bad token": ["GET /channels/open/x?offset=-1", bearer("x")],
  };
  for (const [what, row] of Object.entries(rows)) {
    const [requestLine, lines] = /** @type {[string, string[]]} */ (row);
    it(`${what} is let in`, async () => {
      const writes = requestLine.startsWith("POST");
      const [type, body] = writes ? [[JSON_TYPE], '"again"'] : [[], ""];
      const answer = await exchange(runtime.port, [requestLine, ...type, ...lines], body);
      assert.equal(answer.status, writes ? 204 : 200, answer.body);
      if (requestLine.startsWith("GET")) assert.match(answer.body, /"hello"/);
    });
  }
});
