// What channels need on the own machine: a secret, and one family of channels that anybody may read.
import { readText } from "./lib/files.mjs";
import { at } from "./lib/paths.mjs";
import { localSecret, localValue, newSecret, SECRET_FILE, writeMissing } from "./secret.mjs";
import { inSeconds, sign } from "./token.mjs";

const DEMO = "demo/*";
const A_DAY = 86_400;

/**
 * Writes what is missing into .dev.vars and keeps what is there. Returns what to say of it at once, if
 * anything, and `lines(address)`, which are to be pasted when the server is there.
 */
export function channelsOnThisMachine(config = "wrangler.toml") {
  const opened = /^PUBLIC_CHANNELS\s*=\s*"([^"]+)"/m.exec(readText(at(config)) ?? "")?.[1];
  // What stands in .dev.vars goes before what the configuration says.
  writeMissing({ CHANNELS_SECRET: newSecret(), ...(opened ? {} : { PUBLIC_CHANNELS: DEMO }) });
  const { secret } = localSecret();
  const here = localValue("PUBLIC_CHANNELS");
  const warning =
    opened !== undefined && here !== undefined && here !== opened
      ? `${SECRET_FILE} says PUBLIC_CHANNELS="${here}", which goes before what ${config} says, "${opened}", on this machine.`
      : undefined;
  const token = sign(secret, { exp: inSeconds(A_DAY), subscribe: [DEMO], publish: [DEMO] });
  const lines = (address) => {
    const channel = `${address}/channels/demo/hello`;
    return `
The page, with a token for a day that lets you write on its wall:
  http://${address}/#token=${token}

Follow a channel, and publish to it from another terminal (204 and 201 say nothing):
  curl -N ${channel} -H 'accept: text/event-stream'
  curl ${channel} -H 'content-type: application/json' -H 'authorization: Bearer ${secret}' -d '{"hello":"world"}'
`;
  };
  return { warning, lines };
}
