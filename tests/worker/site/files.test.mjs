// Everything that is neither /events nor /health is a file of public/. One table of requests, and
// each bucket that the Worker can serve it from answers all of it alike.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { request } from "../../support/client.mjs";
import { root } from "../../support/runtime.mjs";
import { everyBucket, makeSite, said } from "../../support/site.mjs";
import { siteFiles, table } from "./table.mjs";

/** `_headers` in the bucket's own words: each of its headers is on every answer of the site. */
const ruled = Object.fromEntries(
  readFileSync(path.join(root, "public/_headers"), "utf8")
    .split("\n")
    .flatMap((line) => [...line.matchAll(/^\s+([\w-]+):\s*(.+?)\s*$/g)])
    .map(([, name, value]) => [name.toLowerCase(), value]),
);

describe("the site", () => {
  const site = makeSite(siteFiles);
  const runtimes = everyBucket(site);

  /** Asks every bucket, checks that they say the same, and gives back their answers. */
  async function ask(options) {
    const answers = {};
    for (const [bucket, runtime] of Object.entries(runtimes))
      answers[bucket] = await request(runtime, options);
    const [first, ...others] = Object.entries(answers);
    for (const [bucket, answer] of others) {
      assert.deepEqual(said(answer), said(first[1]), `${bucket} answers as ${first[0]} does`);
      assert.deepEqual(answer.body, first[1].body, `the body from ${bucket}`);
    }
    return Object.values(answers);
  }

  it("has security and cache headers to send", () => {
    for (const name of ["content-security-policy", "x-content-type-options", "cache-control"])
      assert.ok(ruled[name], name);
  });

  for (const [target, expected] of table) {
    it(`answers ${target.slice(0, 50)} with ${typeof expected === "string" ? expected : JSON.stringify(expected)}`, async () => {
      const { file, to, missing } =
        typeof expected === "string" ? { file: expected } : { file: expected.missing, ...expected };
      let answers = await ask({ path: target });
      if (missing && answers[0].status === 307) {
        answers = await ask({ path: new URL(answers[0].headers.location, "http://the.site").pathname });
      }
      for (const { status, headers, body } of answers) {
        if (to) {
          assert.equal(status, 307);
          assert.equal(headers.location, to);
          assert.equal(body.length, 0);
        } else {
          assert.equal(status, missing ? 404 : 200);
          assert.deepEqual(body, site.read(file));
          assert.match(headers.etag, /^"[^"]+"$/, "a strong tag");
        }
        for (const [name, value] of Object.entries(ruled)) assert.equal(headers[name], value, name);
      }
      const [get] = await ask({ path: target });
      for (const head of await ask({ path: target, method: "HEAD" })) {
        assert.deepEqual(said(head), said(get), "HEAD says what GET says");
        assert.equal(head.body.length, 0);
      }
    });
  }

  it("may be compressed for who asks, and is the same then", async () => {
    for (const runtime of Object.values(runtimes)) {
      const answer = await request(runtime, { path: "/", headers: { "Accept-Encoding": "gzip" } });
      const body = answer.headers["content-encoding"] === "gzip" ? gunzipSync(answer.body) : answer.body;
      assert.deepEqual(body, site.read("index.html"));
    }
  });

  it("leaves /events and /health to the Worker, by their encoded names too", async () => {
    for (const runtime of Object.values(runtimes)) {
      const stream = await request(runtime, { method: "HEAD", path: "/%65vents" });
      assert.equal(stream.headers["content-type"], "text/event-stream");
      assert.equal((await request(runtime, { path: "/%68ealth" })).json().status, "ok");
    }
  });

  it("finds nothing under a path that is not UTF-8, wherever it leads first", async () => {
    for (const [bucket, runtime] of Object.entries(runtimes)) {
      const { status, headers } = await request(runtime, { path: "/%ff" });
      assert.equal(status, 307, bucket);
      assert.equal((await request(runtime, { path: headers.location })).status, 404, bucket);
    }
  });

  it("takes no other method", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      for (const { status, headers } of await ask({ path: "/", method })) {
        assert.equal(status, 405);
        assert.equal(headers.allow, "GET, HEAD");
      }
    }
  });

  it("logs nothing, for nothing of this is an error", () => {
    for (const [bucket, runtime] of Object.entries(runtimes)) assert.deepEqual(runtime.logs(), [], bucket);
  });
});
