// One tick a second, from few streams to many: does anything grow faster than they do?
import { sleep, withServer } from "../lib/session.mjs";
import { ofWindow } from "./ticks.mjs";

export const growth = (server, { steps }) =>
  withServer(server, 1000, async (session) => {
    const levels = [];
    const before = session.memory();
    let live = 0;
    for (const streams of steps) {
      const [opened, cpu] = await session.spent(() => session.client.open(streams - live, 16));
      const openCpu = (cpu / (streams - live)) * 1e6;
      live = streams;
      await sleep(300);
      const seen = await session.watch(2000);
      const memory = (session.memory() - before) / streams / 1024;
      levels.push({ streams, openCpu, firstEvent: opened.first_event_us.p50, memory, ...ofWindow(seen) });
    }
    return { levels };
  });
