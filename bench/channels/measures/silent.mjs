// Readers of a channel in which nothing happens, and the first message after the runtime has put its object
// to sleep, which workerd does with one that nobody has called for 10 s.
import { withServer } from "../session.mjs";

export const silent = (server, { readers, settle, window }) =>
  withServer(server, async (session) => {
    await session.fill(1);
    await session.open(readers, 16);
    await session.watch(settle);
    const [, cpu] = await session.spent(() => session.watch(window));
    const first = await session.publish({ count: 1, atOnce: 1 });
    const next = await session.publish({ count: 5, every: 200, atOnce: 1 });
    return {
      silentCpu: (cpu / readers / (window / 1000)) * 1e6,
      wakeAck: first.ack_ms.p50,
      wakeLast: first.last_reader_ms.p50,
      awakeLast: next.last_reader_ms.p50,
    };
  });
