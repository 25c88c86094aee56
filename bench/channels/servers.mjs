// Ours and the peers of channels: how each is built and started, and what is asked of it.
import fs from "node:fs";
import path from "node:path";
import { at, command, Stop } from "../../scripts/lib.mjs";
import { bench, work } from "../lib/paths.mjs";
import { bundled, checkout, commitOf, prepareServer } from "../lib/servers.mjs";
import { durableObjectStreams } from "./durable-object-streams.mjs";
import { nchan } from "./nchan.mjs";
import { BY_HAND, KEEPS_NOTHING, OUR_CHANNELS, OUR_SECRET, OURS, PROTOCOL } from "./requests.mjs";

// Nothing ends or is refused while it is measured, and no budget ends a stream by plan: with the 10 ms that
// are delivered, one would last some hundred messages. All else is as in wrangler.toml.
const OUR_VARS = {
  MAX_STREAM_MS: "86400000",
  CPU_BUDGET_MS: "300000",
  MAX_STREAMS: "100000",
  MAX_READERS: "30000",
  MAX_CHUNK_BYTES: "2097152", // 10,000 messages are one answer
  PUBLIC_CHANNELS: OUR_CHANNELS,
  CHANNELS_SECRET: OUR_SECRET,
};

const ours = (name, dir) => ({
  ...checkout(`channels-${name}`, dir, OUR_VARS),
  requests: OURS,
  objects: { CHANNELS: "Channel" },
});

/** One that is written by hand, in bench/peers. */
export const byHand = (name) => {
  const { prepare: make } = bundled(name);
  return {
    prepare: async () => ({ ...(await make()), bindings: { SECRET: OUR_SECRET } }),
    requests: BY_HAND,
    objects: { CHANNELS: "Channel" },
  };
};

const onNode = (name) => ({
  prepare: (found) => ({
    start: (port, folder) => [
      fs.realpathSync(found.node),
      [bench(`peers/${name}/server.js`)],
      { PORT: String(port), DATA: folder },
    ],
  }),
});

const DURABLE_STREAMS_RUST = "durable-streams-server@0.3.0";

const durableStreamsRust = {
  title: "`durable-streams-server` 0.3 in Rust, `file-durable`",
  requests: PROTOCOL,
  async prepare() {
    const root = work("durable-streams-rust");
    const binary = path.join(root, "bin/durable-streams-server");
    if (!fs.existsSync(binary)) {
      const args = ["install", DURABLE_STREAMS_RUST, "--locked", "--root", root];
      await command(work("logs/durable-streams-rust.log"), "cargo", args, {
        env: { ...process.env, CARGO_TARGET_DIR: path.join(root, "build") },
      });
    }
    return {
      start: (port, folder) => [
        binary,
        [],
        {
          DS_SERVER__BIND_ADDRESS: `127.0.0.1:${port}`,
          DS_SERVER__PORT: String(port),
          DS_STORAGE__MODE: "file-durable",
          DS_STORAGE__DATA_DIR: folder,
          DS_LIMITS__MAX_STREAM_BYTES: String(1 << 30),
          DS_LIMITS__MAX_MEMORY_BYTES: String(1 << 30),
          DS_TRANSPORT__CONNECTION__SSE_RECONNECT_INTERVAL_SECS: "86400",
          RUST_LOG: "error",
        },
      ],
    };
  },
};

export const SERVERS = {
  ours: { title: "edge-events (ours)", ...ours("ours", at()) },
  "by-hand-bridge": { title: "JavaScript by hand, bridge", ...byHand("channel-bridge") },
  "by-hand-object": { title: "JavaScript by hand, streams in the object", ...byHand("channel-object") },
  "durable-object-streams": durableObjectStreams,
  "durable-streams": {
    title: "`@durable-streams/server` on Node, files",
    requests: PROTOCOL,
    ...onNode("channel-durable-streams"),
  },
  "better-sse": {
    title: "better-sse `broadcast` on Node, keeps nothing",
    requests: KEEPS_NOTHING,
    ...onNode("channel-better-sse"),
  },
  "durable-streams-rust": durableStreamsRust,
  nchan,
};

/** Another checkout of this project as a peer. */
export function addBefore(dir) {
  SERVERS.before = { title: `edge-events at ${commitOf(dir)}`, ...ours("before", path.resolve(dir)) };
}

/** Builds a server; the result knows how to start it on a port, with a folder for what it keeps. */
export async function prepare(name, found) {
  const server = SERVERS[name];
  if (!server) throw new Stop(`${name} is no server`);
  return prepareServer(name, server, `channels-${name}`, found);
}
