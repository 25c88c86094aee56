// What a publish costs that is acknowledged when it is stored: one after another, and several at once.
import { withServer } from "../session.mjs";

export const publish = (server, { atOnce, ms, warm }) =>
  withServer(server, async (session) => {
    await session.fill(warm); // the runtime has optimized what it will
    const values = {};
    for (const connections of atOnce) {
      const [seen, cpu] = await session.spent(() => session.publish({ ms, atOnce: connections }));
      values[`publishCpu${connections}`] = (cpu / seen.acknowledged) * 1e6;
      values[`publishTime${connections}`] = seen.ack_ms.p50;
      values[`publishRate${connections}`] = seen.acknowledged / seen.seconds;
      values.clientCpu = Math.max(values.clientCpu ?? 0, seen.client_cpu);
    }
    return values;
  });
