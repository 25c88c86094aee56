// The first connections of a fresh process, while the runtime has optimized nothing yet: what each isolate
// pays that Cloudflare starts. Ticks a minute apart, so that nothing else happens.
import { withServer } from "../lib/session.mjs";

export const openingFresh = (server, { opened }) =>
  withServer(server, 60_000, async (session) => {
    const [seen, cpu] = await session.spent(() => session.client.open(opened, 16));
    return { freshCpu: (cpu / opened) * 1e6, clientCpu: seen.client_cpu };
  });
