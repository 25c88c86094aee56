// An experiment, not a peer of the benchmark: the bridge by hand, but the object sends a message's bytes to
// one reader of each isolate only, which puts them where the isolate's other readers find them. Those get
// the message's number. See "What readers could share" in BENCHMARKS.md.
import bridge, { Channel as Bridge } from "../channel-bridge/worker.js";

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(":\n\n");
const HEARTBEAT_MS = 15_000;
const MAX_WAITING = 64;
/** Messages whose bytes an isolate keeps. */
const KEPT = 64;

const frameOf = (rows) => rows.map(({ id, data }) => `id: ${id}\ndata: ${data}\n\n`).join("");

export class Channel extends Bridge {
  async publish(request) {
    const data = JSON.stringify(await request.json());
    const { id } = this.sql.exec("INSERT INTO messages (data) VALUES (?) RETURNING id", data).one();
    const body = encoder.encode(frameOf([{ id, data }]));
    const frame = new Uint8Array(8 + body.length);
    new DataView(frame.buffer).setFloat64(0, id);
    frame.set(body, 8);
    const number = String(id);
    for (const socket of this.ctx.getWebSockets("first")) socket.send(frame);
    for (const socket of this.ctx.getWebSockets("other")) socket.send(number);
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

/** Bytes by number, of all readers in this isolate; how many of them found nothing, and how often one was there. */
const bytes = new Map();
let missed = 0;
let found = 0;
let first = true;

function keep(data) {
  const id = new DataView(data).getFloat64(0);
  bytes.set(id, new Uint8Array(data, 8));
  if (bytes.size > KEPT) bytes.delete(bytes.keys().next().value);
  return id;
}

async function follow(stub, request) {
  // An experiment: nobody takes over from the first one when it leaves.
  const role = first ? "first" : "other";
  first = false;
  const headers = { Upgrade: "websocket", Role: role };
  const { webSocket: socket } = await stub.fetch(request.url, { headers });
  socket.binaryType = "arraybuffer";
  socket.accept();
  let heartbeat;
  let last;
  let reading = false;
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
        /** What the isolate does not have, this reader asks for itself: it may not wait for another's request. */
        const read = async () => {
          missed += 1;
          reading = true;
          const rows = await (await stub.fetch(`http://object/?after=${last}`)).json();
          for (const data of rows) {
            last += 1;
            controller.enqueue(encoder.encode(frameOf([{ id: last, data: JSON.stringify(data) }])));
          }
          reading = false;
        };
        socket.addEventListener("message", ({ data }) => {
          if (data === "pong") return;
          if (typeof data === "string" && data.startsWith("tail ")) {
            last = Number(data.slice(5));
            return controller.enqueue(encoder.encode(`retry: 2000\nid: ${last}\n\n`));
          }
          const id = typeof data === "string" ? Number(data) : keep(data);
          if (id <= last || reading) return;
          const chunk = id === last + 1 ? bytes.get(id) : undefined;
          if (!chunk) return read();
          found += 1;
          last = id;
          if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(chunk);
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
  fetch(request, env) {
    if (request.url.endsWith("/found")) return Response.json({ found, missed });
    const follows = request.headers.get("Accept")?.includes("text/event-stream");
    if (request.method !== "GET" || !follows) return bridge.fetch(request, env);
    const name = new URL(request.url).pathname.split("/").pop();
    return follow(env.CHANNELS.getByName(name), request);
  },
};
