// What a busy stream holds after half a minute: garbage that V8 has not collected yet counts.
import { sleep, withServer } from "../lib/session.mjs";
import { INTERVAL_MS } from "./ticks.mjs";

export const busy = (server, { streams, busyFor }) => withServer(server, INTERVAL_MS, async (session) => {
  const before = session.memory();
  await session.client.open(streams, 16);
  await sleep(busyFor);
  return { busyMemory: (session.memory() - before) / streams / 1024 };
});
