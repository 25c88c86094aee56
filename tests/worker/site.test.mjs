// Everything that is neither /events nor /health is a file of public/. One table of requests, and
// each bucket that the Worker can serve it from answers all of it alike.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { request, waitFor } from "../support/client.mjs";
import { root, startRuntime } from "../support/runtime.mjs";
import { buckets, makeSite } from "../support/site.mjs";
import { runtimeWith } from "../support/suite.mjs";

// One file of each type that the Worker knows, and one that it does not.
const extensions = [
  "html",
  "htm",
  "css",
  "js",
  "mjs",
  "txt",
  "md",
  "csv",
  "xml",
  "json",
  "map",
  "webmanifest",
  "pdf",
  "wasm",
  "svg",
  "png",
  "jpg",
  "jpeg",
  "gif",
  "webp",
  "avif",
  "ico",
  "woff2",
  "mp4",
  "mp3",
  "CSS",
  "unheard-of",
];
const site = makeSite({
  ...Object.fromEntries(extensions.map((extension) => [`types/of.${extension}`, `of ${extension}`])),
  "about.html": "about",
  "docs/index.html": "docs",
  "docs/404.html": "not in docs",
  "docs/guide.html": "guide",
  "twice.html": "page",
  "twice/index.html": "folder",
  LICENSE: "a name without extension",
  "a b.txt": "a space",
  "ü/ñ.txt": "not ASCII",
});
after(() => site.remove());

const assets = ["style.css", "edge-events.js", "page.js", "favicon.svg", "LICENSE", "types/of.unheard-of"];
const tags = (name) => [
  [`has ${name}`, (tag) => tag],
  [`has ${name}, made weak by a proxy`, (tag) => `W/${tag}`],
];
const encodeAll = (text) => [...text].map((char) => `%${char.charCodeAt(0).toString(16)}`).join("");

/**
 * `[path, what it answers with]`: a file (status 200), `{to}` (307), or `{missing}` (404 and that
 * page, if need be after a redirect to the path's proper spelling).
 */
const table = [
  ["/", "index.html"],
  ["/?x=1", "index.html"],
  ["/index.html", { to: "/" }],
  ["/index.html?x=%2F&y", { to: "/?x=%2F&y" }],
  ["/index", { to: "/" }],
  ["/about", "about.html"],
  ["/about.html", { to: "/about" }],
  ["/about/", { to: "/about" }],
  ["/about/index.html", { to: "/about" }],
  ["/docs/", "docs/index.html"],
  ["/docs", { to: "/docs/" }],
  ["/docs.html", { to: "/docs/" }],
  ["/docs/index", { to: "/docs/" }],
  ["/docs/index.html", { to: "/docs/" }],
  ["/docs/guide", "docs/guide.html"],
  ["/docs/guide/", { to: "/docs/guide" }],
  ["/twice", "twice.html"],
  ["/twice/", "twice/index.html"],
  ["/404", "404.html"],
  ["/404.html", { to: "/404" }],
  ...assets.map((name) => [`/${name}`, name]),
  ...extensions
    .filter((extension) => extension !== "html")
    .map((extension) => [`/types/of.${extension}`, `types/of.${extension}`]),

  // A path is decoded once, and each file has one spelling.
  ["/a%20b.txt", "a b.txt"],
  ["/%C3%BC/%C3%B1.txt", "ü/ñ.txt"],
  ["/%c3%bc/%c3%b1.txt", { to: "/%C3%BC/%C3%B1.txt" }],
  [`/${encodeAll("style.css")}`, { to: "/style.css" }],
  [`/${encodeAll(encodeAll("style.css"))}`, { missing: "404.html" }],
  ["//style.css", { to: "/style.css" }],
  ["/docs//guide?x", { to: "/docs/guide?x" }],
  ["/./docs/../style.css", "style.css"],
  ["/style.css/", { missing: "404.html" }],

  ...[
    "/nope",
    "/nope/",
    "/nope.css",
    "/events/",
    "/events/x",
    "/Events",
    "/health/",
    "/HEALTH",
    "/events%2F",
    "/a/b/c/d/e",
    "/%00",
    "/%",
    "/%zz",
    "/%F0%9F%8C%8D",
    "/a%20b",
    `/${"x".repeat(2000)}`,
    "/__proto__",
    "/constructor",
    "/toString",
  ].map((target) => [target, { missing: "404.html" }]),
  ["/docs/nope", { missing: "docs/404.html" }],
  ["/docs/a/b/c", { missing: "docs/404.html" }],

  // Nothing from outside the bucket, and nothing that steers it.
  ...[
    "/../wrangler.toml",
    "/../../etc/passwd",
    "/%2e%2e/wrangler.toml",
    "/%2e%2e%2fwrangler.toml",
    "/..%2fwrangler.toml",
    "/%252e%252e%252fwrangler.toml",
    "/..%5cwrangler.toml",
    "/..\\wrangler.toml",
    "/./../wrangler.toml",
    "/x/../../wrangler.toml",
    "//etc/passwd",
    "/%2fetc%2fpasswd",
    "/wrangler.toml",
    "/build/index.js",
    "/index_bg.wasm",
    "/_headers",
    "/%5fheaders",
    "//_headers",
    "/_redirects",
    "/.assetsignore",
    "/.git/config",
    "/file:///etc/passwd",
    "/$__MINIFLARE_SITES__$/index.html",
  ].map((target) => [target, { missing: "404.html" }]),
];

/** What an answer says, without what only its bucket or this connection has. */
function said({ status, headers }) {
  const {
    "content-length": length,
    "transfer-encoding": encoding,
    "cf-cache-status": cached,
    "x-mf-additional-response-log": log,
    etag,
    ...rest
  } = headers;
  return { status, headers: { ...rest, etag: etag && "a tag" } };
}

/** `_headers` in the bucket's own words: each of its headers is on every answer of the site. */
const ruled = Object.fromEntries(
  readFileSync(path.join(root, "public/_headers"), "utf8")
    .split("\n")
    .map((line) => /^\s+([\w-]+):\s*(.+?)\s*$/.exec(line))
    .filter(Boolean)
    .map(([, name, value]) => [name.toLowerCase(), value]),
);

describe("the site", () => {
  const runtimes = {};
  before(async () => {
    for (const [bucket, start] of Object.entries(buckets)) runtimes[bucket] = await start(site);
  });
  after(() => Promise.all(Object.values(runtimes).map((runtime) => runtime.stop())));

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
      let answers = await ask({ path: target });
      if (expected.missing && answers[0].status === 307) {
        answers = await ask({ path: new URL(answers[0].headers.location, "http://the.site").pathname });
      }
      for (const { status, headers, body } of answers) {
        if (expected.to) {
          assert.equal(status, 307);
          assert.equal(headers.location, expected.to);
          assert.equal(body.length, 0);
        } else {
          assert.equal(status, expected.missing ? 404 : 200);
          assert.deepEqual(body, site.read(expected.missing ?? expected));
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

describe("a bucket that is not as it should be", () => {
  async function answerOf(adapt) {
    const runtime = await startRuntime({ adapt });
    try {
      const answer = await request(runtime, { path: "/" });
      const health = await request(runtime, { path: "/health" });
      const log = await waitFor(() => runtime.logs().find(({ level }) => level === "error"), {
        what: "an error in the log",
      });
      return { answer, health, log: log.message };
    } finally {
      await runtime.stop();
    }
  }

  for (const [what, adapt, logged] of [
    ["no bucket is bound", ({ assets, ...options }) => options, /neither ASSETS nor __STATIC_CONTENT/],
    [
      "the bucket has no manifest",
      ({ assets, ...options }) => ({ ...options, kvNamespaces: { __STATIC_CONTENT: "site" } }),
      /__STATIC_CONTENT_MANIFEST/,
    ],
    [
      "the manifest names what the bucket has not",
      ({ assets, ...options }) => ({
        ...options,
        kvNamespaces: { __STATIC_CONTENT: "site" },
        modules: [
          ...options.modules,
          {
            type: "Text",
            path: path.join(root, "build/__STATIC_CONTENT_MANIFEST"),
            contents: '{"index.html":"index.0123456789.html"}',
          },
        ],
      }),
      /the bucket has no index\.0123456789\.html/,
    ],
  ]) {
    it(`gives 500 with nothing internal, and a clear log, where ${what}`, async () => {
      const { answer, health, log } = await answerOf(adapt);
      assert.equal(answer.status, 500);
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.doesNotMatch(answer.text, /bucket|ASSETS|STATIC/);
      assert.match(log, logged);
      assert.equal(health.status, 200);
    });
  }
});

describe("wrangler.sites.toml", () => {
  const wrangler = (...args) => {
    const env = {
      ...process.env,
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      NO_COLOR: "1",
    };
    const child = spawn(
      process.execPath,
      [path.join(root, "node_modules/wrangler/bin/wrangler.js"), ...args],
      { cwd: root, env },
    );
    child.output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (child.output += text));
    child.ended = new Promise((resolve) => child.on("close", resolve));
    return child;
  };
  const config = ["-c", "wrangler.sites.toml"];
  const ceiling = 120_000;

  it("is the Worker of wrangler.toml but for the bucket and the variables", () => {
    const lines = (name) =>
      readFileSync(path.join(root, name), "utf8")
        .split("\n")
        .map((line) => line.replace(/\s*#.*/, ""));
    const [one, other] = ["wrangler.toml", "wrangler.sites.toml"].map(lines);
    for (const key of [
      "name",
      "main",
      "compatibility_date",
      "compatibility_flags",
      "send_metrics",
      "command",
    ]) {
      const value = (config) => config.find((line) => line.startsWith(`${key} =`));
      assert.equal(value(other), value(one), key);
    }
  });

  it("serves the site in wrangler dev, with the headers of Static Assets", async () => {
    const child = wrangler("dev", ...config, "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0");
    try {
      const port = await waitFor(
        () => {
          if (child.exitCode !== null) throw new Error(`wrangler dev ended:\n${child.output}`);
          return /Ready on http:\/\/127\.0\.0\.1:(\d+)/.exec(child.output)?.[1];
        },
        { what: "wrangler dev to be ready", ceiling },
      );
      const publicSite = makeSite({});
      const assets = await buckets["Static Assets"](publicSite);
      try {
        for (const target of ["/", "/style.css", "/index.html", "/nope", "/_headers"]) {
          const [one, other] = [
            await request(assets, { path: target }),
            await request({ port: Number(port) }, { path: target }),
          ];
          assert.deepEqual(said(other), said(one), target);
          assert.deepEqual(other.body, one.body, target);
        }
      } finally {
        await assets.stop();
        publicSite.remove();
      }
    } finally {
      child.kill("SIGINT");
      await child.ended;
    }
  });

  it("deploys, as far as a dry run goes", async () => {
    const outdir = mkdtempSync(path.join(os.tmpdir(), "edge-events-deploy-"));
    try {
      const child = wrangler("deploy", "--dry-run", ...config, "--outdir", outdir);
      assert.equal(await child.ended, 0, child.output);
      assert.match(child.output, /Total Upload/);
      // The name of the manifest's module is still an argument, and no bundler looked for it.
      assert.match(readFileSync(path.join(outdir, "entry.js"), "utf8"), /import\([\w$]+\)/);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });
});

describe("/health", () => {
  const runtime = runtimeWith();

  it("says status, version and live_streams in JSON that is not cached", async () => {
    const answer = await request(runtime, { path: "/health" });
    assert.equal(answer.status, 200);
    assert.match(answer.headers["content-type"], /^application\/json\b/);
    assert.match(answer.headers["cache-control"], /no-store|no-cache/);
    const [, version] = /^version = "(.+)"$/m.exec(readFileSync(path.join(root, "Cargo.toml"), "utf8"));
    assert.deepEqual(answer.json(), { status: "ok", version, live_streams: 0 });
  });

  it("answers HEAD without a body", async () => {
    const answer = await request(runtime, { method: "HEAD", path: "/health" });
    assert.equal(answer.status, 200);
    assert.equal(answer.text, "");
  });
});
