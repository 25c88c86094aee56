// Rows that an object's statements have written, which is what the platform bills: counted by the runtime,
// for the Workers.
import { Stop } from "../../../scripts/lib.mjs";
import { bench } from "../../lib/paths.mjs";
import { serveArgs, workerdBinary, writeConfig } from "../../lib/workerd.mjs";
import { withServer } from "../session.mjs";

const PUBLISHES = 10;
const READERS = 10;
const HELD_MS = 10_000;

/** The same Worker behind an entry that counts. */
function counted(server) {
  const [[, main], ...others] = server.modules;
  const modules = [["rows.js", bench("channels/rows.js")], ["main.js", main], ...others];
  const config = writeConfig(`channels-${server.name}-rows`, { ...server, modules });
  const { binary } = workerdBinary();
  return { ...server, start: (port, folder) => [binary, serveArgs(config, port, folder), {}] };
}

export function rows(server) {
  if (!server.modules) return {};
  return withServer(counted(server), async (session) => {
    const written = async () => {
      const answer = await fetch(`http://127.0.0.1:${session.port}/rows-written`);
      const { rows, statements } = await answer.json();
      if (!statements) throw new Stop(`no statement of ${server.name} was counted`);
      return rows;
    };
    await session.fill(1); // the channel is made
    const before = await written();
    await session.publish({ count: PUBLISHES, atOnce: 1 });
    const published = await written();
    await session.open(READERS, 1);
    await session.read(READERS);
    await session.watch(100);
    const opened = await written();
    await session.watch(HELD_MS);
    const held = await written();
    await session.publish({ count: PUBLISHES, atOnce: 1 });
    return {
      rowsMade: before,
      rowsPublish: (published - before) / PUBLISHES,
      rowsReader: opened - published,
      rowsHeld: (held - opened) / READERS / (HELD_MS / 1000),
      rowsBusy: ((await written()) - held) / PUBLISHES,
    };
  });
}
