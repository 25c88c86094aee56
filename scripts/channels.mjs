// What channels need on the own machine: a secret, and one family of channels that anybody may read.
import { localSecret, newSecret, writeMissing } from "./secret.mjs";
import { inSeconds, sign } from "./token.mjs";

const DEMO = "demo/*";
const DAY_S = 86400;

/** Writes what is missing into .dev.vars and keeps what is there; returns the lines to paste. */
export function channelsOnThisMachine(address) {
  writeMissing({ CHANNELS_SECRET: newSecret(), PUBLIC_CHANNELS: DEMO });
  const { secret } = localSecret();
  const channel = `${address}/channels/demo/hello`;
  const token = sign(secret, { exp: inSeconds(DAY_S), subscribe: [DEMO], publish: [DEMO] });
  return `Follow a channel, and publish to it from another terminal:
  curl -N ${channel} -H 'accept: text/event-stream'
  curl ${channel} -H 'content-type: application/json' -H 'authorization: Bearer ${secret}' -d '{"hello":"world"}'
The page, with a token that may publish to ${DEMO} for a day:
  http://${address}/#token=${token}
`;
}
