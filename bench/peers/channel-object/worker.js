// A channel as written by hand: a Durable Object that keeps the messages and holds the readers' streams
// itself. It cannot sleep while one of them is open.
import { DurableObject } from "cloudflare:workers";

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(":\n\n");
const HEARTBEAT_MS = 15_000;
/** Chunks that wait for a client. One that is further behind is cut, and comes back with its last id. */
const MAX_WAITING = 64;
/** Messages in one chunk of those that a reader has missed. */
const PAGE = 500;

const frameOf = (rows) => rows.map(({ id, data }) => `id: ${id}\ndata: ${data}\n\n`).join("");

export class Channel extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, data TEXT NOT NULL)");
    /** The last message that was sent to the readers: all up to it are durable. */
    this.sent = this.sql.exec("SELECT COALESCE(MAX(id), 0) AS tail FROM messages").one().tail;
    this.readers = new Set();
  }

  async fetch(request) {
    if (request.method === "POST") return this.publish(request);
    if (request.headers.get("Accept")?.includes("text/event-stream")) return this.follow(request);
    const rows = this.between(Number(new URL(request.url).searchParams.get("after")) || 0, this.sent);
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
    // Streams, unlike answers, do not wait for the disk by themselves.
    await this.ctx.storage.sync();
    if (id > this.sent) {
      const rows = id === this.sent + 1 ? [{ id, data }] : this.between(this.sent, id);
      this.sent = id;
      this.broadcast(encoder.encode(frameOf(rows)));
    }
    return new Response(null, { status: 204, headers: { "Last-Event-ID": String(id) } });
  }

  broadcast(chunk) {
    for (const reader of this.readers) {
      if (reader.desiredSize > 0) {
        reader.enqueue(chunk);
      } else {
        this.readers.delete(reader);
        reader.close();
      }
    }
  }

  follow(request) {
    const from = Number(request.headers.get("Last-Event-ID") ?? this.sent);
    let reader;
    const body = new ReadableStream(
      {
        start: (controller) => {
          reader = controller;
          controller.enqueue(encoder.encode(`retry: 2000\nid: ${from}\n\n`));
          const missed = from < this.sent ? this.between(from, this.sent) : [];
          for (let at = 0; at < missed.length; at += PAGE) {
            controller.enqueue(encoder.encode(frameOf(missed.slice(at, at + PAGE))));
          }
          this.readers.add(controller);
          this.heartbeat ??= setInterval(() => this.broadcast(HEARTBEAT), HEARTBEAT_MS);
        },
        cancel: () => {
          this.readers.delete(reader);
          if (this.readers.size > 0) return;
          clearInterval(this.heartbeat);
          this.heartbeat = undefined;
        },
      },
      { highWaterMark: MAX_WAITING },
    );
    return new Response(body, {
      headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" },
    });
  }

  between(from, to) {
    return this.sql
      .exec("SELECT id, data FROM messages WHERE id > ? AND id <= ? ORDER BY id", from, to)
      .toArray();
  }
}

export default {
  async fetch(request, env) {
    const name = new URL(request.url).pathname.match(/^\/channels\/([\w-]+)$/)?.[1];
    if (name === undefined) return new Response("Not found", { status: 404 });
    if (request.method === "POST" && request.headers.get("Authorization") !== `Bearer ${env.SECRET}`) {
      return new Response("Unauthorized", { status: 401 });
    }
    return env.CHANNELS.getByName(name).fetch(request);
  },
};
