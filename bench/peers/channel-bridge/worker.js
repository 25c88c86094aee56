// A channel as written by hand: a Durable Object that keeps the messages and sleeps, and a front Worker
// that holds the readers' streams, each with a hibernating WebSocket to the object.
import { DurableObject } from "cloudflare:workers";

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(":\n\n");
const HEARTBEAT_MS = 15_000;
/** Chunks that wait for a client. One that is further behind is cut, and comes back with its last id. */
const MAX_WAITING = 64;
/** Messages in one frame of those that a reader has missed. */
const PAGE = 500;

const frameOf = (rows) => rows.map(({ id, data }) => `id: ${id}\ndata: ${data}\n\n`).join("");

export class Channel extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, data TEXT NOT NULL)");
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  async fetch(request) {
    if (request.method === "POST") return this.publish(request);
    if (request.headers.get("Upgrade") === "websocket") return this.follow(request);
    const rows = this.after(Number(new URL(request.url).searchParams.get("after")) || 0);
    return new Response(`[${rows.map(({ data }) => data).join(",")}]`, {
      headers: { "Content-Type": "application/json" },
    });
  }

  async publish(request) {
    let data;
    try {
      data = JSON.stringify(await request.json());
    } catch {
      return new Response("Not JSON", { status: 400 });
    }
    const { id } = this.sql.exec("INSERT INTO messages (data) VALUES (?) RETURNING id", data).one();
    const frame = encoder.encode(frameOf([{ id, data }]));
    for (const socket of this.ctx.getWebSockets()) socket.send(frame);
    return new Response(null, { status: 204, headers: { "Last-Event-ID": String(id) } });
  }

  follow(request) {
    const tail = this.sql.exec("SELECT COALESCE(MAX(id), 0) AS tail FROM messages").one().tail;
    const from = Number(request.headers.get("Last-Event-ID") ?? tail);
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.send(encoder.encode(`retry: 2000\nid: ${from}\n\n`));
    const missed = from < tail ? this.after(from) : [];
    for (let at = 0; at < missed.length; at += PAGE) {
      server.send(encoder.encode(frameOf(missed.slice(at, at + PAGE))));
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  after(id) {
    return this.sql.exec("SELECT id, data FROM messages WHERE id > ? ORDER BY id", id).toArray();
  }

  webSocketMessage() {}

  webSocketClose(socket) {
    socket.close();
  }
}

/** The reader's stream, which writes what comes over its socket. */
async function follow(stub, request) {
  const headers = new Headers({ Upgrade: "websocket" });
  const last = request.headers.get("Last-Event-ID");
  if (last !== null) headers.set("Last-Event-ID", last);
  const { webSocket: socket } = await stub.fetch(request.url, { headers });
  socket.binaryType = "arraybuffer";
  socket.accept();

  let heartbeat;
  const body = new ReadableStream(
    {
      start(controller) {
        const end = () => {
          clearInterval(heartbeat);
          try {
            controller.close();
          } catch {
            // It has ended already.
          }
        };
        socket.addEventListener("message", ({ data }) => {
          if (typeof data === "string") return;
          if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(new Uint8Array(data));
          socket.close();
          end();
        });
        socket.addEventListener("close", end);
        socket.addEventListener("error", end);
        heartbeat = setInterval(() => {
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(HEARTBEAT);
          socket.send("ping");
        }, HEARTBEAT_MS);
      },
      cancel() {
        clearInterval(heartbeat);
        socket.close();
      },
    },
    { highWaterMark: MAX_WAITING },
  );
  return new Response(body, {
    headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" },
  });
}

export default {
  async fetch(request, env) {
    const name = new URL(request.url).pathname.match(/^\/channels\/([\w-]+)$/)?.[1];
    if (name === undefined) return new Response("Not found", { status: 404 });
    if (request.method === "POST" && request.headers.get("Authorization") !== `Bearer ${env.SECRET}`) {
      return new Response("Unauthorized", { status: 401 });
    }
    const stub = env.CHANNELS.getByName(name);
    const follows = request.headers.get("Accept")?.includes("text/event-stream");
    return request.method === "GET" && follows ? follow(stub, request) : stub.fetch(request);
  },
};
