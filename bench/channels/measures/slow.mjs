// Readers that stop reading their sockets while messages come: what they hold in the server, whether the
// others notice, and what they have when they read again, or have come back.
import { Stop } from "../../../scripts/lib.mjs";
import { withServer } from "../session.mjs";

const AT_ONCE = 64;

/** How long they may take to read what waits for them. */
const PATIENCE_MS = 10_000;

/** A server that lets readers wait for longer before any has stopped says nothing of those that stop. */
const LATE_MS = 2000;

/** One that is cut again comes back again, so often at most. */
const COMES_BACK = 5;

export const slow = (server, { readers, stopped, every, bytes, settle, window }) =>
  withServer(server, async (session) => {
    const publish = (ms) => session.publish({ ms, every, bytes, atOnce: AT_ONCE });
    await session.open(readers, 16);
    await session.open(stopped, 16, 0, { slow: true });
    await publish(settle);
    const calm = await publish(window);
    if (!(calm.last_reader_ms.p99 < LATE_MS)) {
      throw new Stop(`${server.name} does not keep up with ${readers + stopped} readers that read`);
    }
    const before = session.memory();
    await session.stop();
    const seen = await publish(window);
    // Those that were cut may have taken less than nothing.
    const memory = Math.max(0, session.memory() - before);

    const share = ({ messages }) => (messages / (seen.published * stopped)) * 100;
    const again = await session.resume(PATIENCE_MS);
    let last = again;
    for (let times = 0; last.cut > 0 && times < COMES_BACK; times += 1) {
      last = await session.comeBack(PATIENCE_MS);
    }
    if (last.orders > 1)
      throw new Stop(`the readers of ${server.name} have the messages in different orders`);
    return {
      slowMemory: memory / stopped / 1024,
      calmP99: calm.last_reader_ms.p99,
      slowP99: seen.last_reader_ms.p99,
      slowCut: (again.cut / stopped) * 100,
      slowHave: share(again),
      slowBack: share(last),
      doubled: last.doubled,
    };
  });
