// A long log, read whole: in one answer, and as an EventSource reads it from the beginning.
import { Stop } from "../../../scripts/lib.mjs";
import { withServer } from "../session.mjs";

export const replay = (server, { messages, warm, times }) =>
  server.requests.read
    ? withServer(server, async (session) => {
        await session.fill(messages);
        await session.read(warm); // the runtime has optimized what it will
        const [read, readCpu] = await session.spent(() => session.read(times));
        if (read.status !== 200 || read.messages !== messages) {
          throw new Stop(`${server.name} read ${read.messages} of ${messages} messages (${read.status})`);
        }
        await session.open(warm, 1, messages);
        const [opened, cpu] = await session.spent(() => session.open(times, 1, messages));
        const each = times * messages;
        return {
          readCpu: (readCpu / each) * 1e6,
          readTime: read.ms.p50,
          replayCpu: (cpu / each) * 1e6,
          replayTime: opened.done_us.p50 / 1e3,
        };
      })
    : {};
