// A server with the site of another one, and with a stream of its own whose ids are no times.
import http from "node:http";

/** Counts from `first`: an event each `every` ms, of which a new client gets the latest. */
export async function openOtherSource(site, { first = 41, every = 200, data = (id) => `${id} sheep` } = {}) {
  const began = Date.now();
  const open = new Set();
  const server = http.createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    if (pathname !== "/events") {
      const answer = await fetch(site + request.url, { headers: { "accept-encoding": "identity" } });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      return response.end(Buffer.from(await answer.arrayBuffer()));
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("retry: 500\n");
    const latest = () => first + Math.floor((Date.now() - began) / every);
    let last = Number(searchParams.get("last_event_id") ?? latest() - 1);
    const timer = setInterval(() => {
      for (; last < latest(); last += 1)
        response.write(`id: ${last + 1}\n${lines(data(last + 1))}event: message\n\n`);
    }, every / 4);
    open.add(response);
    response.on("close", () => {
      clearInterval(timer);
      open.delete(response);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  return {
    url: `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const lines = (text) =>
  text
    .split("\n")
    .map((line) => `data: ${line}\n`)
    .join("");
