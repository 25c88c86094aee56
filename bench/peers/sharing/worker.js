// What one request may do with what belongs to another of the same isolate: bench/sharing.mjs asks.
import { DurableObject } from "cloudflare:workers";

/** Of the request that is open: everything that another could want to use. */
let kept;
const plain = new Map();

export class Channel extends DurableObject {
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, text) {
    socket.send(text);
  }
}

/** Holds a stream of each kind, a socket and a promise, and tells its reader what comes. */
async function hold(env) {
  const stub = env.CHANNELS.getByName("one");
  const { webSocket: socket } = await stub.fetch("http://object/", { headers: { Upgrade: "websocket" } });
  socket.accept();
  const encoder = new TextEncoder();
  // @ts-expect-error the runtime's own, which Node's types do not know
  const identity = new IdentityTransformStream();
  const writer = identity.writable.getWriter();
  const transform = new TransformStream();
  const transformWriter = transform.writable.getWriter();
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  let controller;
  const body = new ReadableStream({
    start(its) {
      controller = its;
      its.enqueue(encoder.encode("open\n"));
    },
  });
  const say = (text) => controller.enqueue(encoder.encode(`${text}\n`));
  socket.addEventListener("message", () => say("the socket's message came"));
  identity.readable
    .getReader()
    .read()
    .then(() => say("the native stream's chunk came"));
  transform.readable
    .getReader()
    .read()
    .then(() => say("the JavaScript stream's chunk came"));
  promise.then(() => say("the promise was resolved"));
  plain.set("bytes", encoder.encode("memory\n"));
  kept = { controller, socket, writer, transformWriter, resolve };
  return new Response(body);
}

/** What another request tries. */
const TRIES = {
  "enqueue a chunk in its response's ReadableStream": () => kept.controller.enqueue(plain.get("bytes")),
  "write to its IdentityTransformStream": () => kept.writer.write(plain.get("bytes")),
  "write to its TransformStream of JavaScript": () => kept.transformWriter.write(plain.get("bytes")),
  "send over its WebSocket": () => kept.socket.send("hello"),
  "resolve a promise that it waits for": () => kept.resolve(),
  "read bytes that it keeps in the module": () => plain.get("bytes").length,
};

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/hold") return hold(env);
    if (pathname === "/tries") return Response.json(Object.keys(TRIES));
    try {
      const late = new Promise((done) => setTimeout(done, 500, "nothing, for half a second"));
      const what = await Promise.race([TRIES[searchParams.get("what")](), late]);
      return new Response(what === undefined ? "no error" : `no error: ${what}`);
    } catch (error) {
      return new Response(String(error));
    }
  },
};
