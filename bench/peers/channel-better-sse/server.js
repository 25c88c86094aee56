// https://matthewwid.github.io/better-sse/guides/channels/ on Node. It keeps nothing: what a client misses
// is gone.
import http from "node:http";
import { createChannel, createSession } from "better-sse";

const channel = createChannel();
let id = 0;

async function publish(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const message = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  channel.broadcast(message, "message", { eventId: String(++id) });
  response.writeHead(204).end();
}

const server = http.createServer(async (request, response) => {
  if (request.method === "POST") return publish(request, response);
  if (!request.headers.accept?.includes("text/event-stream")) return response.writeHead(404).end();
  channel.register(await createSession(request, response));
});
// Publishers keep their connections.
server.keepAliveTimeout = 600_000;
server.listen(Number(process.env.PORT), "127.0.0.1");
