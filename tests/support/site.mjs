// A site with more in it than public/, in each kind of bucket that the Worker serves it from.
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before } from "node:test";
import { root, startRuntime } from "./runtime.mjs";

/** A copy of public/ and these files: name to content. */
export function makeSite(files) {
  const directory = mkdtempSync(path.join(os.tmpdir(), "edge-events-site-"));
  cpSync(path.join(root, "public"), directory, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), content);
  }
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter(
    (name) => statSync(path.join(directory, name)).isFile() && name !== "_headers",
  );
  return {
    directory,
    names,
    read: (name) => readFileSync(path.join(directory, name)),
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** What a deploy makes of Workers Sites: keys with the content's hash in them, and a manifest as a module of text. */
function uploaded(site) {
  const keys = Object.fromEntries(
    site.names.map((name) => {
      const { dir, name: stem, ext } = path.parse(name);
      const hash = createHash("sha256").update(site.read(name)).digest("hex").slice(0, 10);
      return [name, path.posix.join(dir, `${stem}.${hash}${ext}`)];
    }),
  );
  const manifest = {
    type: "Text",
    path: path.join(root, "build-sites/__STATIC_CONTENT_MANIFEST"),
    contents: JSON.stringify(keys),
  };
  return { keys, manifest };
}

/** Each kind of bucket: its name to what starts the Worker with the site in it. */
export const buckets = {
  "Static Assets": (site, vars = {}) =>
    startRuntime({
      vars,
      adapt: (options) => ({ ...options, assets: { ...options.assets, directory: site.directory } }),
    }),
  "Workers Sites in wrangler dev": (site) =>
    startRuntime({
      config: "wrangler.sites.toml",
      adapt: (options) => ({ ...options, sitePath: site.directory }),
    }),
  "Workers Sites deployed": async (site) => {
    const { keys, manifest } = uploaded(site);
    const runtime = await startRuntime({
      config: "wrangler.sites.toml",
      adapt: ({ sitePath, siteInclude, siteExclude, ...options }) => ({
        ...options,
        modules: [...options.modules, manifest],
        kvNamespaces: { __STATIC_CONTENT: "site" },
      }),
    });
    const bucket = await runtime.keyValue("__STATIC_CONTENT");
    for (const [name, key] of Object.entries(keys)) await bucket.put(key, site.read(name));
    return runtime;
  },
};

/** What an answer says, without what only its bucket or this connection has. */
export function said({ status, headers }) {
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

/** A runtime for each kind of bucket with this site in it, for the tests of the surrounding `describe`. */
export function everyBucket(site) {
  const runtimes = {};
  before(async () => {
    for (const [bucket, start] of Object.entries(buckets)) runtimes[bucket] = await start(site);
  });
  after(async () => {
    await Promise.all(Object.values(runtimes).map((runtime) => runtime.stop()));
    site.remove();
  });
  return runtimes;
}
