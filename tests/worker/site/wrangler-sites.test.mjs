// The other configuration, for a site in Workers Sites, run by wrangler itself.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { request } from "../../support/client.mjs";
import { root } from "../../support/runtime.mjs";
import { buckets, makeSite, said } from "../../support/site.mjs";
import { startWranglerDev, wrangler } from "../../support/wrangler.mjs";

describe("wrangler.sites.toml", () => {
  const config = "wrangler.sites.toml";

  it("is the Worker of wrangler.toml but for its entry, its build and its variables", () => {
    /** The settings above the first section, and the build's command. */
    const settings = (name) => {
      const text = readFileSync(path.join(root, name), "utf8");
      const lines = text.split(/^\[/m)[0].matchAll(/^(\w+) = (.+?)\s*(?:#.*)?$/gm);
      const {
        main,
        name: _,
        ...shared
      } = Object.fromEntries([...lines].map(([, key, value]) => [key, value]));
      return { main, shared, command: /^command = (.+)$/m.exec(text)?.[1] };
    };
    const assets = settings("wrangler.toml");
    const sites = settings("wrangler.sites.toml");
    assert.ok("compatibility_date" in assets.shared, JSON.stringify(assets.shared));
    assert.deepEqual(sites.shared, assets.shared);
    assert.deepEqual(
      [assets.main, assets.command, sites.main, sites.command],
      [
        '"src/platform/entry.js"',
        '"node scripts/build.mjs"',
        '"src/platform/sites/entry.js"',
        '"node scripts/build.mjs --sites"',
      ],
    );
  });

  it("serves the site in wrangler dev, with the headers of Static Assets", async () => {
    const dev = await startWranglerDev({ config });
    try {
      const publicSite = makeSite({});
      const assets = await buckets["Static Assets"](publicSite);
      try {
        for (const target of ["/", "/style.css", "/index.html", "/nope", "/_headers"]) {
          const [one, other] = [
            await request(assets, { path: target }),
            await request(dev, { path: target }),
          ];
          assert.deepEqual(said(other), said(one), target);
          assert.deepEqual(other.body, one.body, target);
        }
      } finally {
        await assets.stop();
        publicSite.remove();
      }
    } finally {
      await dev.stop();
    }
  });

  it("deploys, as far as a dry run goes", async () => {
    const outdir = mkdtempSync(path.join(os.tmpdir(), "edge-events-deploy-"));
    try {
      const deploy = wrangler("deploy", "--dry-run", "-c", config, "--outdir", outdir);
      assert.equal(await deploy.ended, 0, deploy.output);
      assert.match(deploy.output, /Total Upload/);
      // The name of the manifest's module is still an argument, and no bundler looked for it.
      assert.match(readFileSync(path.join(outdir, "entry.js"), "utf8"), /import\([\w$]+\)/);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });
});
