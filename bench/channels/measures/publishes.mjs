// What a publish costs, its deliveries too, by how many readers there are.
import { withServer } from "../session.mjs";

const AT_ONCE = 64;

export const publishes = (server, { steps, warm, every, window }) =>
  withServer(server, async (session) => {
    await session.fill(warm);
    const levels = [];
    let open = 0;
    for (const readers of steps) {
      if (readers > open) await session.open(readers - open, 16);
      open = readers;
      await session.publish({ count: 5, every, atOnce: AT_ONCE });
      const [seen, cpu] = await session.spent(() => session.publish({ ms: window, every, atOnce: AT_ONCE }));
      levels.push({
        readers,
        publishCpu: (cpu / seen.published) * 1e6,
        ack: seen.ack_ms.p50,
        lastP99: readers > 0 ? seen.last_reader_ms.p99 : undefined,
      });
    }
    return { levels };
  });
