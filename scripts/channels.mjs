// What channels need on the own machine: a secret, and one family of channels that anybody may read.
import { readText } from "./lib/files.mjs";
import { at } from "./lib/paths.mjs";
import { localSecret, newSecret, writeMissing } from "./secret.mjs";
import { inSeconds, sign } from "./token.mjs";

const DEMO = "demo/*";
const A_DAY = 86_400;

/** Writes what is missing into .dev.vars and keeps what is there; returns the lines to paste. */
export function channelsOnThisMachine(address, config = "wrangler.toml") {
  const opened = /^PUBLIC_CHANNELS\s*=\s*"[^"]+"/m.test(readText(at(config)) ?? "");
  // What stands in .dev.vars goes before what the configuration says.
  writeMissing({ CHANNELS_SECRET: newSecret(), ...(opened ? {} : { PUBLIC_CHANNELS: DEMO }) });
  const { secret } = localSecret();
  const channel = `${address}/channels/demo/hello`;
  const token = sign(secret, { exp: inSeconds(A_DAY), subscribe: [DEMO], publish: [DEMO] });
  return `The page, with a token for a day that lets you write on its wall:
  http://${address}/#token=${token}

Follow a channel, and publish to it from another terminal:
  curl -N ${channel} -H 'accept: text/event-stream'
  curl ${channel} -H 'content-type: application/json' -H 'authorization: Bearer ${secret}' -d '{"hello":"world"}'
`;
}
