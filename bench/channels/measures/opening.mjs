// Opening a reader, what it holds while nothing comes, and what a reader costs that has missed messages.
import { sleep } from "../../lib/session.mjs";
import { withServer } from "../session.mjs";

export const opening = (server, { opened: [few, many], settle }) =>
  withServer(server, async (session) => {
    await session.fill(1); // all of them are at the end of the same short log
    const calm = await session.open(few, 1);
    await sleep(settle);
    const before = session.memory();
    const [opened, cpu] = await session.spent(() => session.open(many - few, 16));
    await sleep(settle);
    return {
      openTime: calm.done_us.p50,
      openCpu: (cpu / (many - few)) * 1e6,
      silentMemory: (session.memory() - before) / (many - few) / 1024,
      clientCpu: opened.client_cpu,
    };
  });

export const missed = (server, { readers, messages }) =>
  server.requests.read
    ? withServer(server, async (session) => {
        await session.fill(messages);
        await session.open(5, 1, messages);
        const [opened, cpu] = await session.spent(() => session.open(readers, 1, messages));
        return { missedTime: opened.done_us.p50 / 1e3, missedCpu: (cpu / readers) * 1e6 };
      })
    : {};
