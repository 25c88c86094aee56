// An experiment, not a peer of the benchmark: the bridge by hand, but the object sends each message to one
// reader of an isolate only, and that one's request puts it into the streams of all. See "What readers could
// share" in BENCHMARKS.md.
import bridge, { Channel as Bridge } from "../channel-bridge/worker.js";

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(":\n\n");
const HEARTBEAT_MS = 15_000;
const MAX_WAITING = 64;

export class Channel extends Bridge {
  async publish(request) {
    const data = JSON.stringify(await request.json());
    const { id } = this.sql.exec("INSERT INTO messages (data) VALUES (?) RETURNING id", data).one();
    const frame = encoder.encode(`id: ${id}\ndata: ${data}\n\n`);
    for (const socket of this.ctx.getWebSockets("first")) socket.send(frame);
    return new Response(null, { status: 204, headers: { "Last-Event-ID": String(id) } });
  }

  follow(request) {
    const { tail } = this.sql.exec("SELECT COALESCE(MAX(id), 0) AS tail FROM messages").one();
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [request.headers.get("Role")]);
    server.send(`tail ${tail}`);
    return new Response(null, { status: 101, webSocket: client });
  }
}

/** The streams of all readers in this isolate. */
const readers = new Set();
let first = true;

async function follow(stub, request) {
  // An experiment: nobody takes over from the first one when it leaves, and what comes while a reader opens
  // is not looked for.
  const role = first ? "first" : "other";
  first = false;
  const headers = { Upgrade: "websocket", Role: role };
  const { webSocket: socket } = await stub.fetch(request.url, { headers });
  socket.binaryType = "arraybuffer";
  socket.accept();
  let heartbeat;
  let own;
  const end = () => {
    clearInterval(heartbeat);
    readers.delete(own);
  };
  const body = new ReadableStream(
    {
      start(controller) {
        own = controller;
        readers.add(controller);
        socket.addEventListener("message", ({ data }) => {
          if (typeof data === "string") {
            if (data.startsWith("tail ")) {
              controller.enqueue(encoder.encode(`retry: 2000\nid: ${data.slice(5)}\n\n`));
            }
            return;
          }
          const chunk = new Uint8Array(data);
          for (const reader of readers) {
            if ((reader.desiredSize ?? 0) > 0) reader.enqueue(chunk);
          }
        });
        socket.addEventListener("close", end);
        socket.addEventListener("error", end);
        heartbeat = setInterval(() => {
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(HEARTBEAT);
          socket.send("ping");
        }, HEARTBEAT_MS);
      },
      cancel() {
        end();
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
  fetch(request, env) {
    const follows = request.headers.get("Accept")?.includes("text/event-stream");
    if (request.method !== "GET" || !follows) return bridge.fetch(request, env);
    const name = new URL(request.url).pathname.split("/").pop();
    return follow(env.CHANNELS.getByName(name), request);
  },
};
