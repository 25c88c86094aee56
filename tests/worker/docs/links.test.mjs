// What the documentation names is there: files, folders, pages and their headings.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { root } from "../../support/runtime.mjs";

const pagesIn = (dir) =>
  readdirSync(path.join(root, dir))
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join(dir, name));
const read = (file) => readFileSync(path.join(root, file), "utf8");

/** As GitHub makes an anchor of a heading. */
const anchor = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
const anchors = (file) => [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading));

// What docs/sources.md and docs/security.md tell their readers to write, and what programs make.
const NOT_HERE = ["src/countdown.rs", "src/limited.js", "target/bench/", "build/"];

for (const page of [...pagesIn("."), ...pagesIn("docs")]) {
  const text = read(page).replaceAll(/```[\s\S]*?```/g, "");

  test(`${page} names files that are there`, () => {
    const named = [
      ...text.matchAll(/`((?:src|tests|public|scripts|docs|bench|build|target|\.ci|\.github)\/[^\s`*<>]*)`/g),
    ];
    for (const [, file] of named) {
      assert.ok(NOT_HERE.includes(file) || existsSync(path.join(root, file)), `${page} names ${file}`);
    }
  });

  test(`${page} links to pages and headings that are there`, () => {
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file, heading] = target.split("#");
      const there = file === "" ? page : path.join(path.dirname(page), file);
      assert.ok(existsSync(path.join(root, there)), `${page} links to ${target}`);
      if (heading) assert.ok(anchors(there).includes(heading), `${page} links to ${target}`);
    }
  });
}
