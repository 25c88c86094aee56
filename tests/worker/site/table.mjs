// What is asked of the site, and what it answers.

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
/** The site that every bucket gets: public/, and these files. */
export const siteFiles = {
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
};

export const assets = [
  "style.css",
  "edge-events.js",
  "page.js",
  "favicon.svg",
  "LICENSE",
  "types/of.unheard-of",
];
const encodeAll = (text) => [...text].map((char) => `%${char.charCodeAt(0).toString(16)}`).join("");

/** @param {string} target @returns {[string, { missing: string }]} */
const isMissing = (target) => [target, { missing: "404.html" }];
/** @param {string} name @returns {[string, string]} */
const isFile = (name) => [`/${name}`, name];

/**
 * `[path, what it answers with]`: a file (status 200), `{to}` (307), or `{missing}` (404 and that
 * page, if need be after a redirect to the path's proper spelling).
 *
 * @type {[path: string, expected: string | { to?: string, missing?: string }][]}
 */
export const table = [
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
  ...assets.map(isFile),
  ...extensions
    .filter((extension) => extension !== "html")
    .map((extension) => isFile(`types/of.${extension}`)),

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
  ].map(isMissing),
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
  ].map(isMissing),
];
