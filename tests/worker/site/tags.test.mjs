// A client that has a file already is told so without it: If-None-Match and ETag.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { request } from "../../support/client.mjs";
import { everyBucket, makeSite, said } from "../../support/site.mjs";
import { assets, siteFiles } from "./table.mjs";

/** @param {string} name @returns {[client: string, sent: (tag: string) => string][]} */
const tags = (name) => [
  [`has ${name}`, (tag) => tag],
  [`has ${name}, made weak by a proxy`, (tag) => `W/${tag}`],
];

describe("the tags of the site's files", () => {
  const site = makeSite(siteFiles);
  const runtimes = everyBucket(site);

  for (const target of ["/", "/style.css", "/docs/guide", "/LICENSE", "/%C3%BC/%C3%B1.txt"]) {
    for (const [client, sent] of tags(target)) {
      it(`answers 304 without a body to a client that ${client}`, async () => {
        for (const [bucket, runtime] of Object.entries(runtimes)) {
          const whole = await request(runtime, { path: target });
          const again = await request(runtime, {
            path: target,
            headers: { "If-None-Match": sent(whole.headers.etag) },
          });
          assert.equal(again.status, 304, bucket);
          assert.equal(again.body.length, 0);
          assert.deepEqual(said({ ...again, status: 200 }), said(whole), "with the headers of 200");
          assert.equal(again.headers.etag, whole.headers.etag);
        }
      });
    }
  }

  it("sends the file to a client that has another, and gives each content its own tag", async () => {
    for (const runtime of Object.values(runtimes)) {
      const seen = new Set();
      for (const name of assets) {
        const { headers } = await request(runtime, { path: `/${name}` });
        assert.ok(!seen.has(headers.etag));
        seen.add(headers.etag);
      }
      for (const tag of [...seen].slice(1)) {
        const answer = await request(runtime, { path: `/${assets[0]}`, headers: { "If-None-Match": tag } });
        assert.equal(answer.status, 200);
        assert.deepEqual(answer.body, site.read(assets[0]));
      }
    }
  });

  // RFC 9110, section 13.1.2. Static Assets compare one tag, and take it for 404.html too.
  it("reads If-None-Match to the letter from Workers Sites", async () => {
    for (const [bucket, runtime] of Object.entries(runtimes).filter(
      ([bucket]) => bucket !== "Static Assets",
    )) {
      const ask = (target, tag) => request(runtime, { path: target, headers: { "If-None-Match": tag } });
      const { etag } = (await request(runtime, { path: "/style.css" })).headers;
      assert.equal((await ask("/style.css", `"x", W/${etag}, "y"`)).status, 304, bucket);
      assert.equal((await ask("/style.css", "*")).status, 304, bucket);
      const missing = (await request(runtime, { path: "/nope" })).headers.etag;
      for (const tag of [missing, "*"]) {
        const answer = await ask("/nope", tag);
        assert.equal(answer.status, 404, bucket);
        assert.deepEqual(answer.body, site.read("404.html"));
      }
      assert.equal((await ask("/index.html", "*")).status, 307, bucket);
    }
  });
});
