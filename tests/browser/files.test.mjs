// The files of public/, as they are and as they go out.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { root } from "../support/runtime.mjs";
import { runtimeWith } from "../support/suite.mjs";
import { waitFor } from "../support/wait.mjs";
import { withBrowser } from "./browser.mjs";

const PUBLIC = path.join(root, "public");
const files = readdirSync(PUBLIC).filter((name) => name !== "_headers");
const zipped = (name) => gzipSync(readFileSync(path.join(PUBLIC, name)), { level: 9 }).length;

describe("the files of the site", () => {
  const runtime = runtimeWith();

  const browser = withBrowser();

  it("are small: gzipped, a module takes 8 KiB at most, and the page with all that it loads 20 KiB", async (t) => {
    const tab = await browser.tab(t, runtime.url);
    await tab.until("state", /^live$/);
    const loaded = tab.requests
      .map((url) => new URL(url).pathname.slice(1) || "index.html")
      .filter((name) => !["events", "health"].includes(name));
    for (const name of ["index.html", "style.css", "page.js", "edge-events.js"])
      assert.ok(loaded.includes(name), `${name} is among ${loaded}`);
    const names = new Set([...loaded, "favicon.svg"]);
    const page = [...names].reduce((sum, name) => sum + zipped(name), 0);
    t.diagnostic(`edge-events.js ${zipped("edge-events.js")} bytes, the page ${page} bytes gzipped`);
    t.diagnostic(`channels.js ${zipped("channels.js")} bytes gzipped`);
    for (const module of ["edge-events.js", "channels.js"]) assert.ok(zipped(module) <= 8 * 1024, module);
    assert.ok(page <= 20 * 1024, `${page} bytes`);
    await tab.page.click("summary");
    await waitFor(() => tab.requests.some((url) => url.endsWith("/raw.js")));
    const all = files.reduce((sum, name) => sum + zipped(name), 0);
    assert.ok(all <= 32 * 1024, `${all} bytes with the raw view and the page for what is not there`);
  });

  it("have no inline script or style, and name no other host", () => {
    for (const name of files.filter((file) => file.endsWith(".html"))) {
      const html = readFileSync(path.join(PUBLIC, name), "utf8");
      assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/, name);
      assert.doesNotMatch(html, /(?:src|href)="(?!\/)/, name);
    }
  });

  for (const name of [...files.filter((file) => file !== "index.html"), "", "no-such-file"]) {
    it(`go out with the security headers, to be asked for again each time: /${name}`, async (_t) => {
      const answer = await fetch(`${runtime.url}/${name}`);
      const { headers } = answer;
      await answer.arrayBuffer();
      const csp = headers.get("content-security-policy");
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]) {
        assert.ok(csp?.split("; ").includes(rule), `${rule} is not in: ${csp}`);
      }
      assert.doesNotMatch(csp ?? "", /unsafe|https?:|\*/);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.equal(headers.get("x-frame-options"), "DENY");
      assert.equal(headers.get("referrer-policy"), "no-referrer");
      assert.match(headers.get("permissions-policy") ?? "", /camera=\(\)/);
      assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
      assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
      assert.equal(headers.get("cache-control"), "no-cache");
      if (answer.status === 404) return;
      const again = await fetch(`${runtime.url}/${name}`, {
        headers: { "if-none-match": headers.get("etag") ?? "" },
      });
      assert.equal(again.status, 304);
    });
  }
});
