// Signs a token for channels: npm run token -- --subscribe 'orders/*' --publish orders/42 --ttl 1h
import { createHmac } from "node:crypto";
import { isMain, run, Stop } from "./lib/main.mjs";
import { help, readArguments } from "./lib/options.mjs";
import { localSecret, SECRET_FILE } from "./secret.mjs";

const USAGE = {
  command: "npm run token",
  about: `Signs a token for channels with CHANNELS_SECRET: the environment variable, else the one in ${SECRET_FILE}.
A pattern is a channel's name, or the beginning of names with * at its end:
  npm run token -- --subscribe 'orders/*' --publish orders/42 --ttl 1h`,
  options: {
    subscribe: { kind: "values", value: "pattern", what: "which channels its holder may read" },
    publish: { kind: "values", value: "pattern", what: "which channels its holder may write to" },
    ttl: {
      kind: "value",
      value: "time",
      what: "how long it is good: 90s, 15m, 1h, 7d; at most 30d. 1h if not given",
    },
  },
};

const UNITS = { s: 1, m: 60, h: 3600, d: 86400 };
const MAX_DAYS = 30;

/** A JWT with these claims. */
export function sign(secret, claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** Now and `seconds` later, as a token has it. */
export const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;

function seconds(ttl) {
  const [, count, unit] = /^([1-9][0-9]{0,8})([smhd])$/.exec(ttl) ?? [];
  if (!unit) throw new Stop(`--ttl ${ttl} is no time: 90s, 15m, 1h and 7d are`);
  const total = Number(count) * UNITS[unit];
  if (total > MAX_DAYS * UNITS.d) {
    throw new Stop(
      `--ttl ${ttl} is longer than a token may be good: ${MAX_DAYS}d. For a back end use the secret itself`,
    );
  }
  return total;
}

/** A pattern that some channel's name can match; src/channel/name.rs has the rules. */
function checked(pattern, option) {
  const refuse = (why) => {
    throw new Stop(`${option} ${JSON.stringify(pattern)} can match no channel: ${why}`);
  };
  const prefix = pattern.endsWith("*");
  const name = prefix ? pattern.slice(0, -1) : pattern;
  if (name.includes("*")) refuse("a * may stand at its end only");
  if (name === "" && !prefix) refuse("it is empty");
  if (name.startsWith("/")) refuse("no name begins with /; write what comes after /channels/");
  if (Buffer.byteLength(name) > 256) refuse("a name has at most 256 bytes");
  if (/\p{Cc}/u.test(name)) refuse("a name has no control characters");
  if (/%[0-9A-Fa-f]{2}/.test(name)) refuse("it is compared with the name as decoded; write / for %2F");
  const segments = name.split("/");
  // The last segment of a prefix goes on.
  const whole = prefix ? segments.slice(0, -1) : segments;
  if (whole.some((segment) => ["", ".", ".."].includes(segment))) {
    refuse('no segment of a name is empty, "." or ".."');
  }
  if (whole[0] === "__ds") refuse("names below __ds are reserved");
}

function claimsOf({ subscribe = [], publish = [], ttl = "1h" }) {
  const claims = { subscribe, publish };
  for (const [option, patterns] of Object.entries(claims)) {
    for (const pattern of patterns) checked(pattern, `--${option}`);
  }
  const granted = Object.entries(claims).filter(([, patterns]) => patterns.length > 0);
  if (granted.length === 0) {
    throw new Stop(
      `a token that allows nothing is of no use: give --subscribe or --publish\n\n${help(USAGE)}`,
    );
  }
  return { exp: inSeconds(seconds(ttl)), ...Object.fromEntries(granted) };
}

/** For the eyes: what a token allows, and until when. */
/** @param {{ exp: number, subscribe?: string[], publish?: string[] }} claims */
function inWords({ exp, subscribe, publish }) {
  const names = (patterns) =>
    patterns
      .map((pattern) => {
        if (pattern === "*") return "every channel";
        return pattern.endsWith("*") ? `every channel that begins with ${pattern.slice(0, -1)}` : pattern;
      })
      .join(", ");
  const lines = [];
  if (subscribe) lines.push(`may read:     ${names(subscribe)}`);
  if (publish) lines.push(`may write to: ${names(publish)} (which is to create, append, close and delete)`);
  lines.push(`until:        ${new Date(exp * 1000).toISOString()}`);
  return lines.join("\n");
}

if (isMain(import.meta.url)) {
  await run(async () => {
    const read = readArguments(USAGE);
    if (!read) return;
    const claims = claimsOf(read.values);
    const { secret, from } = localSecret(process.env.CHANNELS_SECRET);
    const token = sign(secret, claims);
    if (token.length > 8192) throw new Stop("the token would be longer than 8192 bytes: fewer patterns");
    // The token alone is the output, so that a shell can take it; the words are for the eyes.
    console.error(`${inWords(claims)}\nsigned with:  ${from}\n`);
    console.log(token);
    if (token.length > 4000) console.error("\nIt is too long for a cookie, which holds 4096 bytes.");
  });
}
