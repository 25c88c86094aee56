// The other configuration, for a site in Workers Sites, run by wrangler itself.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { request, waitFor } from "../../support/client.mjs";
import { root } from "../../support/runtime.mjs";
import { buckets, makeSite, said } from "../../support/site.mjs";

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
    const ended = new Promise((resolve) => child.on("close", resolve));
    const run = { child, ended, output: "" };
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (run.output += text));
    return run;
  };
  const config = ["-c", "wrangler.sites.toml"];
  const ceiling = 120_000;

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
    const dev = wrangler("dev", ...config, "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0");
    try {
      const port = await waitFor(
        () => {
          if (dev.child.exitCode !== null) throw new Error(`wrangler dev ended:\n${dev.output}`);
          return /Ready on http:\/\/127\.0\.0\.1:(\d+)/.exec(dev.output)?.[1];
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
      dev.child.kill("SIGINT");
      await dev.ended;
    }
  });

  it("deploys, as far as a dry run goes", async () => {
    const outdir = mkdtempSync(path.join(os.tmpdir(), "edge-events-deploy-"));
    try {
      const deploy = wrangler("deploy", "--dry-run", ...config, "--outdir", outdir);
      assert.equal(await deploy.ended, 0, deploy.output);
      assert.match(deploy.output, /Total Upload/);
      // The name of the manifest's module is still an argument, and no bundler looked for it.
      assert.match(readFileSync(path.join(outdir, "entry.js"), "utf8"), /import\([\w$]+\)/);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });
});
