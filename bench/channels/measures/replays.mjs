// A log read whole by an EventSource, by how long the log is.
import { Stop } from "../../../scripts/lib.mjs";
import { withServer } from "../session.mjs";

/** A server that would take longer to store what is to be read is spared it. */
const FILLING_MS = 30_000;

export const replays = (server, { steps, times }) =>
  server.requests.read
    ? withServer(server, async (session) => {
        const levels = [];
        let stored = 0;
        let each = 0;
        for (const messages of steps) {
          if (each * (messages - stored) > FILLING_MS) break;
          const started = performance.now();
          await session.fill(messages - stored);
          each = (performance.now() - started) / (messages - stored);
          stored = messages;
          const replay = async () => {
            await session.open(1, 1, messages);
            return session.spent(() => session.open(times, 1, messages));
          };
          const seen = await replay().catch((error) => {
            // A server that ends a stream that is so long has still sent the shorter ones.
            if (!(error instanceof Stop) || !levels.length) throw error;
          });
          if (!seen) break;
          const [opened, cpu] = seen;
          levels.push({
            messages,
            replayCpu: (cpu / times / messages) * 1e6,
            replayTime: opened.done_us.p50 / 1e3,
          });
          await session.leave();
        }
        return { levels };
      })
    : {};
