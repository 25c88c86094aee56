// Which other site's page may use a token: by a header where it may read at all, by its cookie where its
// origin is named.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, request } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";
import { inSeconds, SECRET, sign } from "../../support/tokens.mjs";

const NAMED = "https://app.example";
const OTHER = "https://other.example";
const token = sign({ exp: inSeconds(600), subscribe: ["orders/*"] });
const cookie = { Cookie: `__Host-edge-events=${token}` };
const bearer = { Authorization: `Bearer ${token}` };

/** What the answer says of credentials and origins, for each answer that a page may get. */
async function answers(runtime, origin) {
  const from = { Origin: origin };
  const stream = await open(runtime, { path: "/channels/orders/1", headers: { ...cookie, ...from } }).head();
  stream.leave();
  const ask = (method, headers, path = "/channels/orders/1") =>
    request(runtime, { method, path, headers: { ...from, ...headers } });
  const all = {
    stream,
    read: await ask("GET", bearer, "/v1/stream/orders/1?offset=-1"),
    preflight: await ask("OPTIONS", { "Access-Control-Request-Method": "POST" }),
    "no token": await ask("GET", {}),
    "bad token": await ask("GET", { Authorization: "Bearer x" }),
    "other channel": await ask("GET", cookie, "/channels/invoices"),
    "bad name": await ask("GET", cookie, "/channels//"),
  };
  return Object.fromEntries(
    Object.entries(all).map(([what, { status, headers }]) => [
      what,
      [status, headers["access-control-allow-origin"], headers["access-control-allow-credentials"]],
    ]),
  );
}

const expected = (origin, credentials) => ({
  stream: [200, origin, credentials],
  read: [404, origin, credentials],
  preflight: [204, origin, credentials],
  "no token": [401, origin, credentials],
  "bad token": [401, origin, credentials],
  "other channel": [403, origin, credentials],
  "bad name": [400, origin, credentials],
});

describe("where an origin is named", () => {
  const runtime = runtimeWith({ CHANNELS_SECRET: SECRET, ALLOWED_ORIGINS: `https://x.example, ${NAMED}` });

  it("its pages may send cookies and read the answers, refusals too", async () => {
    assert.deepEqual(await answers(runtime, NAMED), expected(NAMED, "true"));
  });

  it("no other page may", async () => {
    assert.deepEqual(await answers(runtime, OTHER), expected(undefined, undefined));
  });

  it("a page may send the header that carries a token, and learn why it was refused", async () => {
    const headers = { Origin: NAMED };
    const preflight = await request(runtime, { method: "OPTIONS", path: "/channels/a", headers });
    assert.match(preflight.headers["access-control-allow-headers"], /\bAuthorization\b/);
    const refusal = await request(runtime, { path: "/channels/a", headers });
    assert.match(refusal.headers["access-control-expose-headers"], /\bWWW-Authenticate\b/);
  });

  it("what needed a permission is kept by no cache that others ask", async () => {
    const secret = { Authorization: `Bearer ${SECRET}` };
    const body = { headers: { ...secret, "Content-Type": "text/plain" }, body: "x" };
    await request(runtime, { method: "POST", path: "/channels/orders/2", ...body });
    for (const shown of [cookie, bearer, secret]) {
      const path = "/channels/orders/2?offset=-1";
      const { status, headers } = await request(runtime, { path, headers: shown });
      assert.equal(status, 200);
      assert.match(headers["cache-control"], /private|no-store/);
      assert.match(headers.vary, /\bAuthorization, Cookie\b/, "nor by the browser's own for the next user");
    }
  });
});

describe("where every page may read", () => {
  const runtime = runtimeWith({ CHANNELS_SECRET: SECRET, ALLOWED_ORIGINS: "*" });

  it("none may send cookies", async () => {
    assert.deepEqual(await answers(runtime, NAMED), expected("*", undefined));
  });
});

describe("where no page of another site may read", () => {
  const runtime = runtimeWith({ CHANNELS_SECRET: SECRET, ALLOWED_ORIGINS: "" });

  it("none may", async () => {
    assert.deepEqual(await answers(runtime, NAMED), expected(undefined, undefined));
  });
});
