// Shortens what the wasm and its JavaScript call each other: `__wbg_set_status_678f122cbe435d95` and its like.
// The digits tell functions of several crates apart, and are what a compressor cannot make smaller.

const CUSTOM = 0;
const IMPORT = 2;
const FUNCTION = 0;
const HEADER = 8; // the magic number and the version
const LONG = /\b__wbg_\w+_[0-9a-f]{16}\b/;

/**
 * The same module and JavaScript with short names between them, and without the section of names, which has them
 * once more. The format: https://webassembly.github.io/spec/core/binary/modules.html
 *
 * @param {Buffer} wasm @param {string} js
 * @returns {{ wasm: Buffer, js: string }}
 */
export function shortenNames(wasm, js) {
  const short = new Map();
  const parts = [wasm.subarray(0, HEADER)];
  for (const { id, content } of sections(wasm)) {
    if (id === CUSTOM && nameAt(content, 0).name === "name") continue;
    const kept = id === IMPORT ? renamed(content, short) : content;
    parts.push(Buffer.from([id]), number(kept.length), kept);
  }
  return {
    wasm: Buffer.concat(parts),
    js: js.replaceAll(new RegExp(LONG, "g"), (name) => short.get(name) ?? name),
  };
}

function* sections(wasm) {
  for (let at = HEADER; at < wasm.length; ) {
    const { value: length, end } = numberAt(wasm, at + 1);
    yield { id: wasm[at], content: wasm.subarray(end, end + length) };
    at = end + length;
  }
}

/** Puts into `short` what is renamed. Functions come first among what is imported; what follows them stays as it is. */
function renamed(content, short) {
  const count = numberAt(content, 0);
  const parts = [content.subarray(0, count.end)];
  let at = count.end;
  for (let left = count.value; left > 0; left -= 1) {
    const module = nameAt(content, at);
    const { name, end } = nameAt(content, module.end);
    if (content[end] !== FUNCTION) break;
    const type = numberAt(content, end + 1);
    if (LONG.test(name)) short.set(name, `n${short.size.toString(36)}`);
    const bytes = Buffer.from(short.get(name) ?? name);
    parts.push(
      content.subarray(at, module.end),
      number(bytes.length),
      bytes,
      content.subarray(end, type.end),
    );
    at = type.end;
  }
  return Buffer.concat([...parts, content.subarray(at)]);
}

function nameAt(bytes, at) {
  const { value: length, end } = numberAt(bytes, at);
  return { name: bytes.toString("utf8", end, end + length), end: end + length };
}

/** An unsigned number in LEB128. */
function numberAt(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: at };
  }
}

function number(value) {
  const bytes = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 0x80) return Buffer.from([...bytes, left]);
    bytes.push((left & 0x7f) | 0x80);
  }
}
