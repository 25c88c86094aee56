// What channels need on the own machine: a secret, and one family of channels that anybody may read.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { at, readText } from "./lib.mjs";

const FILE = at(".dev.vars"); // git ignores it, and wrangler reads it in `dev` alone
const PUBLIC = "demo/*";

const value = (text, name) => text.match(new RegExp(`^\\s*${name}\\s*=\\s*(["']?)(.*?)\\1\\s*$`, "m"))?.[2];

/** Writes what is missing into .dev.vars and keeps what is there; returns the lines to paste. */
export function channelsOnThisMachine(address) {
  const before = readText(FILE) ?? "";
  const missing = [
    ["CHANNELS_SECRET", () => randomBytes(24).toString("hex")],
    ["PUBLIC_CHANNELS", () => PUBLIC],
  ].filter(([name]) => value(before, name) === undefined);
  if (missing.length > 0) {
    const start = before === "" || before.endsWith("\n") ? before : `${before}\n`;
    const lines = missing.map(([name, make]) => `${name}="${make()}"\n`);
    fs.writeFileSync(FILE, start + lines.join(""), { mode: 0o600 });
    fs.chmodSync(FILE, 0o600); // an older file keeps its mode
  }
  const secret = value(readText(FILE), "CHANNELS_SECRET");
  const channel = `${address}/channels/demo/hello`;
  return `Follow a channel, and publish to it from another terminal:
  curl -N ${channel} -H 'accept: text/event-stream'
  curl ${channel} -H 'content-type: application/json' -H 'authorization: Bearer ${secret}' -d '{"hello":"world"}'
`;
}
