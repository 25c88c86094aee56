// A site that cannot be served is said to be so: in the log, and not to the client.
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { request, waitFor } from "../../support/client.mjs";
import { root, startRuntime } from "../../support/runtime.mjs";

describe("a bucket that is not as it should be", () => {
  async function answerOf(config, adapt) {
    const runtime = await startRuntime({ config, adapt });
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

  const withoutAssets = ({ assets, ...options }) => options;
  const withoutSite = ({ sitePath, siteInclude, siteExclude, ...options }) => options;
  const withEmptyBucket = (options) => ({
    ...withoutSite(options),
    kvNamespaces: { __STATIC_CONTENT: "site" },
  });
  const withBrokenManifest = (options) => ({
    ...withEmptyBucket(options),
    modules: [
      ...options.modules,
      {
        type: "Text",
        path: path.join(root, "build-sites/__STATIC_CONTENT_MANIFEST"),
        contents: '{"index.html":"index.0123456789.html"}',
      },
    ],
  });

  /** @type {[what: string, config: string, adapt: (options: any) => object, logged: RegExp][]} */
  const broken = [
    ["no bucket is bound", "wrangler.toml", withoutAssets, /no site is bound: there is no ASSETS/],
    [
      "no bucket is bound to the Worker for Workers Sites",
      "wrangler.sites.toml",
      withoutSite,
      /no site is bound: there is neither ASSETS nor __STATIC_CONTENT/,
    ],
    ["the bucket has no manifest", "wrangler.sites.toml", withEmptyBucket, /__STATIC_CONTENT_MANIFEST/],
    [
      "the manifest names what the bucket has not",
      "wrangler.sites.toml",
      withBrokenManifest,
      /the bucket has no index\.0123456789\.html/,
    ],
  ];
  for (const [what, config, adapt, logged] of broken) {
    it(`gives 500 with nothing internal, and a clear log, where ${what}`, async () => {
      const { answer, health, log } = await answerOf(config, adapt);
      assert.equal(answer.status, 500);
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.doesNotMatch(answer.text, /bucket|ASSETS|STATIC/);
      assert.match(log, logged);
      assert.equal(health.status, 200);
    });
  }
});
