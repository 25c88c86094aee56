// Channels in which nothing happens, each with one reader.
import { sleep } from "../../lib/session.mjs";
import { withServer } from "../session.mjs";

export const many = (server, { warm, channels, settle, window }) =>
  server.requests.followMany
    ? withServer(server, async (session) => {
        const { createMany, followMany } = server.requests;
        if (createMany) await session.repeat(createMany, warm + channels);
        const open = (count) => session.open(count, 16, 0, { request: followMany });
        await open(warm);
        await sleep(settle);
        const before = session.memory();
        await open(channels);
        await session.watch(settle);
        const opened = session.memory();
        const [, cpu] = await session.spent(() => session.watch(window));
        const each = (bytes) => (bytes - before) / channels / 1024;
        return {
          manyCpu: (cpu / (warm + channels) / (window / 1000)) * 1e6,
          manyOpened: each(opened),
          manyMemory: each(session.memory()),
        };
      })
    : {};
