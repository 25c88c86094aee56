// What readers of one channel in one isolate could share: node bench/sharing.mjs [rounds]
//
// First what the runtime says when one request uses what belongs to another; then what a delivery costs by
// the size of the message, interleaved: of ours, of the bridge by hand, of two experiments with what its readers
// share in an isolate (bench/peers/channel-nudge, bench/peers/channel-shared), and of streams in the object.
import fs from "node:fs";
import http from "node:http";
import { run, Stop } from "../scripts/lib.mjs";
import { waitFor } from "../tests/support/client.mjs";
import { byHand, prepare } from "./channels/servers.mjs";
import { withServer } from "./channels/session.mjs";
import { begin } from "./lib/begin.mjs";
import { buildClient } from "./lib/client.mjs";
import { bench, work } from "./lib/paths.mjs";
import { SERVER_CORE, startPinned } from "./lib/process.mjs";
import { bundle, prepareServer } from "./lib/servers.mjs";
import { freePort, sleep } from "./lib/session.mjs";
import { median, ratios } from "./lib/stats.mjs";
import { fixed, table } from "./lib/table.mjs";

const SIZES = [80, 1000, 10_000];
const [READERS, EVERY_MS, WARM_MS, WINDOW_MS] = [100, 50, 4000, 3000];
const AT_ONCE = 64;

/** What each try of the Worker in bench/peers/sharing comes to; a fresh process for each. */
async function tries() {
  const made = await bundle("sharing", bench("peers/sharing/worker.js"));
  const server = await prepareServer(
    "sharing",
    { prepare: () => ({ ...made, objects: { CHANNELS: "Channel" } }) },
    "sharing",
  );
  const port = await freePort();
  const ask = async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const started = () => {
    const folder = work(`sharing-data/${port}`);
    fs.mkdirSync(folder, { recursive: true });
    const [file, args] = server.start(port, folder);
    return startPinned(SERVER_CORE, file, args, { log: work("logs/sharing.server.log") });
  };
  let what = ["?"];
  const rows = [];
  for (let at = 0; at < what.length; at += 1) {
    const child = started();
    try {
      await waitFor(
        () =>
          ask("/tries")
            .then(JSON.parse)
            .catch(() => null),
        { what: "workerd to answer" },
      );
      what = JSON.parse(await ask("/tries"));
      let heard = "";
      const holder = http.get(`http://127.0.0.1:${port}/hold`, (answer) => {
        answer.on("data", (part) => {
          heard += part;
        });
        answer.on("error", () => {});
        answer.on("close", () => {
          heard += "[the stream ended]";
        });
      });
      holder.on("error", () => {});
      await waitFor(() => heard.startsWith("open\n"), { what: "the stream to be open" });
      const answer = await ask(`/try?what=${encodeURIComponent(what[at])}`);
      await sleep(300);
      rows.push([what[at], answer, heard.slice("open\n".length).trim() || "nothing"]);
      holder.destroy();
    } finally {
      await child.stop();
    }
  }
  return rows;
}

/** Microseconds of CPU for a delivery, by size. */
const deliveries = (server) =>
  withServer(server, async (session) => {
    await session.open(READERS, 16);
    const publishing = (bytes) => (ms) => session.publish({ ms, every: EVERY_MS, bytes, atOnce: AT_ONCE });
    await publishing(SIZES[0])(WARM_MS);
    const cpus = [];
    for (const bytes of SIZES) {
      const publish = publishing(bytes);
      await publish(1000);
      const [seen, cpu] = await session.spent(() => publish(WINDOW_MS));
      if (seen.deliveries !== seen.published * READERS) {
        throw new Stop(`${server.name}: ${seen.deliveries} of ${seen.published * READERS} deliveries`);
      }
      cpus.push((cpu / seen.deliveries) * 1e6);
    }
    if (server.name === "nudge") {
      const { found, missed } = await (await fetch(`http://127.0.0.1:${session.port}/found`)).json();
      console.log(`  found in the isolate: ${found} times, not found: ${missed}`);
    }
    return cpus;
  });

await run(async () => {
  const { rounds, found } = await begin(3);
  await buildClient();
  console.log(
    `${table(["one request tries to", "what it gets", "what the other's reader sees"], await tries(), { numeric: false })}\n`,
  );

  const experiment = (name, title) =>
    prepareServer(name, { title, ...byHand(`channel-${name}`) }, `channels-${name}`, found);
  const servers = [
    await prepare("ours", found),
    await prepare("by-hand-bridge", found),
    await experiment("nudge", "the bridge by hand, bytes from the isolate's memory"),
    await experiment("shared", "the bridge by hand, one socket for all of the isolate"),
    await prepare("by-hand-object", found),
  ];
  const seen = Object.fromEntries(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const turn of servers.keys()) {
      const server = servers[(turn + round) % servers.length]; // nobody is always first
      const cpus = await deliveries(server);
      seen[server.name].push(cpus);
      console.log(
        `round ${round + 1} of ${rounds}, ${server.name}: ${cpus.map((cpu) => cpu.toFixed(1)).join(", ")} µs`,
      );
    }
  }
  const of = (name, at) => seen[name].map((cpus) => cpus[at]);
  const rows = servers.map(({ name, title }) => [
    title,
    ...SIZES.flatMap((_, at) => {
      const ratio = ratios(of(name, at), of("by-hand-bridge", at));
      const range = ratio && `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)})`;
      return [fixed(median(of(name, at)), 1), name === "by-hand-bridge" ? "" : range];
    }),
  ]);
  console.log(
    `\n${table(["CPU for a delivery, µs", ...SIZES.flatMap((size) => [`${fixed(size, 0)} B`, "of the bridge by hand"])], rows)}`,
  );
});
