// Start, opening, and what an idle stream holds: ticks a minute apart, so that nothing else happens.
import { sleep, withServer } from "../lib/session.mjs";

export const opening = (server, { opened: [few, many], settle }) =>
  withServer(server, 60_000, async (session) => {
    const { client } = session;
    const calm = await client.open(few, 1);
    await sleep(settle);
    const before = session.memory();
    const [opened, cpu] = await session.spent(() => client.open(many - few, 16));
    await sleep(settle);
    return {
      start: session.startMs,
      headTime: calm.head_us.p50,
      firstEvent: calm.first_event_us.p50,
      openCpu: (cpu / (many - few)) * 1e6,
      openTime: (opened.seconds / (many - few)) * 1e6,
      idleMemory: (session.memory() - before) / (many - few) / 1024,
      clientCpu: opened.client_cpu,
    };
  });
