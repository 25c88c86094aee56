// What shortens the names between the wasm and its JavaScript, on a module that is small enough to be written here.
import assert from "node:assert/strict";
import fs from "node:fs";
import { describe, it } from "node:test";
import { at } from "../../scripts/lib/paths.mjs";
import { shortenNames } from "../../scripts/lib/wasm-names.mjs";

const section = (id, ...content) => [id, content.length, ...content];
const named = (text) => [text.length, ...Buffer.from(text)];
const FUNCTION = [0, 0];

/** Imports two functions, and exports one that calls the first. */
const wasmWith = (first, second) =>
  Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 0, 1, 0x7f),
    ...section(
      2,
      2,
      ...named("./m"),
      ...named(first),
      ...FUNCTION,
      ...named("./m"),
      ...named(second),
      ...FUNCTION,
    ),
    ...section(3, 1, 0),
    ...section(7, 1, ...named("call"), 0, 2),
    ...section(10, 1, 4, 0, 0x10, 0, 0x0b),
    ...section(0, ...named("name"), 0, ...named("m")),
    ...section(0, ...named("other"), 1, 2, 3),
  ]);

const importsOf = (module) => WebAssembly.Module.imports(module).map(({ name }) => name);

describe("the names between the wasm and its JavaScript", () => {
  const LONG = "__wbg_now_aa4ccb83129e9e55";
  const js = `({"./m":{${LONG}:function(){return 7},__wbindgen_throw:function(){return 8}},__wbg_now_0:1})`;
  const short = shortenNames(wasmWith(LONG, "__wbindgen_throw"), js);
  const module = new WebAssembly.Module(new Uint8Array(short.wasm));

  it("are short where they had digits, in both, and lead to the same function", () => {
    assert.deepEqual(importsOf(module), ["n0", "__wbindgen_throw"]);
    // biome-ignore lint/security/noGlobalEval: it is the text above, as it came back
    const instance = new WebAssembly.Instance(module, (0, eval)(short.js));
    const { call } = /** @type {any} */ (instance.exports);
    assert.equal(call(), 7);
    assert.equal(short.js, js.replace(LONG, "n0"));
  });

  it("are not in a section of their own, and every other section stays", () => {
    assert.equal(WebAssembly.Module.customSections(module, "name").length, 0);
    const [other] = WebAssembly.Module.customSections(module, "other");
    assert.deepEqual([...new Uint8Array(other)], [1, 2, 3]);
  });

  it("stay as they are where there is nothing to shorten", () => {
    assert.deepEqual(shortenNames(short.wasm, short.js), short);
  });

  it("are short in the Worker that was built, and the same on both sides", () => {
    const built = new WebAssembly.Module(fs.readFileSync(at("build/index_bg.wasm")));
    const text = fs.readFileSync(at("build/index.js"), "utf8");
    assert.ok(importsOf(built).length > 50);
    for (const name of importsOf(built)) {
      assert.ok(name.length < 4 || name.startsWith("__wbindgen_"), name);
      assert.match(text, new RegExp(`[{,]${name}:`));
    }
  });
});
