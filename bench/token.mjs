// What it costs to open a channel's stream with a token: node bench/token.mjs [rounds]
//
// Streams of a public channel, and of one that takes a token, are opened in turns in one process of workerd,
// whose CPU time is read before and after. The third kind sends the token to the public channel, where nobody
// looks at it: that is what a longer request costs alone.
import { execFileSync } from "node:child_process";
import { run, Stop } from "../scripts/lib.mjs";
import { newSecret } from "../scripts/secret.mjs";
import { inSeconds, sign } from "../scripts/token.mjs";
import { open, untilLive, waitFor } from "../tests/support/client.mjs";
import { begin } from "./lib/begin.mjs";
import { work } from "./lib/paths.mjs";
import { CLIENT_CORE, cpuSeconds, SERVER_CORE, startPinned } from "./lib/process.mjs";
import { prepare } from "./lib/servers.mjs";
import { freePort } from "./lib/session.mjs";
import { median } from "./lib/stats.mjs";
import { serveArgs, workerdBinary, writeConfig } from "./lib/workerd.mjs";

const STREAMS = 100;
const AT_ONCE = 16;
/** Rounds that are not counted: the runtime has optimized nothing yet. */
const WARM_UP = 3;

const secret = newSecret();
const token = { Authorization: `Bearer ${sign(secret, { exp: inSeconds(3600), subscribe: ["closed/*"] })}` };
const KINDS = {
  "a public channel": { path: "/channels/open/1", headers: {} },
  "a public channel, a token that is not looked at": { path: "/channels/open/1", headers: token },
  "a token": { path: "/channels/closed/1", headers: token },
};

/** Opens streams until each has its first event; microseconds of CPU for each. */
async function opening(server, { path, headers }) {
  const before = cpuSeconds(server.pid);
  const streams = [];
  const opener = async () => {
    while (streams.length < STREAMS) {
      const stream = open(server, { path, headers });
      streams.push(stream);
      await stream.until(() => stream.named("ready").length > 0 || stream.complete || stream.closed, {
        every: 2,
      });
      if (stream.named("ready").length === 0) throw new Stop(`${path}: ${stream.status} ${stream.text}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, opener));
  const spent = cpuSeconds(server.pid) - before;
  for (const stream of streams) stream.reset();
  await untilLive(server, 0, { ceiling: 60_000 });
  return (spent / streams.length) * 1e6;
}

await run(async () => {
  const { rounds, found } = await begin(150);
  const ours = await prepare("ours", found);
  const bindings = { ...ours.bindings, CHANNELS_SECRET: secret, PUBLIC_CHANNELS: "open/*" };
  const config = writeConfig("token", { ...ours, bindings, objects: { CHANNELS: "Channel" } });
  const port = await freePort();
  const { pid, stop } = startPinned(SERVER_CORE, workerdBinary().binary, serveArgs(config, port), {
    log: work("logs/token.server.log"),
  });
  execFileSync("taskset", ["-a", "-p", "-c", String(CLIENT_CORE), String(process.pid)], { stdio: "ignore" });
  try {
    const server = { pid, port };
    const answers = () => fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
    await waitFor(answers, { what: "workerd to answer" });
    const names = Object.keys(KINDS);
    const seen = Object.fromEntries(names.map((name) => [name, /** @type {number[]} */ ([])]));
    for (let round = -WARM_UP; round < rounds; round += 1) {
      // Nobody is always first.
      for (const turn of names.keys()) {
        const name = names[(turn + round + WARM_UP) % names.length];
        const cpu = await opening(server, KINDS[name]);
        if (round >= 0) seen[name].push(cpu);
      }
    }
    const sorted = (values) => [...values].sort((a, b) => a - b);
    const quarter = (values) => sorted(values)[Math.floor(values.length / 4)];
    const [first] = names;
    for (const name of names) {
      const more = seen[name].map((cpu, round) => cpu - seen[first][round]);
      // What else the machine does only ever adds: the lower quartile has least of it.
      const least = quarter(seen[name]) - quarter(seen[first]);
      console.log(
        `${name}: ${median(seen[name])?.toFixed(0)} µs of CPU, lower quartile ${quarter(seen[name]).toFixed(0)}; more than ${first}: ${median(more)?.toFixed(0)} by the median of the rounds' differences, ${least.toFixed(0)} by the lower quartiles`,
      );
    }
  } finally {
    await stop();
  }
});
