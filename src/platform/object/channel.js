// One channel: the runtime makes an object of this class for each name. It owns the database, the
// readers' sockets and the alarm, and decides nothing. Each call of Rust is to a free function that is
// given all that it needs, and no value of Rust is held between calls: a panic costs its own call alone.

import { DurableObject } from "cloudflare:workers";

/** What a reader's socket is tagged with: the modes of src/channel/frame.rs, in their order. */
const MODES = ["n", "d", "w"];
/** "Internal error" (RFC 6455, 7.4.1): whoever holds the other end opens another, from its reader's place. */
const BROKEN = 1011;
const TOO_LARGE = new Uint8Array(0);

/** Each object of the isolate has a number, by which Rust finds what it has learned of its channel. */
let numbers = 0;

export const channelClass = (rust) =>
  class Channel extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      // What Rust wants remembered as long as the object lives: see the `memory` of src/channel/protocol.rs.
      this.memory = { deadline: 0, generation: 0 };
      this.number = ++numbers;
      this.wrote = false;
      /** How many requests are on their way to their turn, and whether the last publish had company there. */
      this.arriving = 0;
      this.crowded = false;
      /** @type {Promise<void> | undefined} */
      this.committing = undefined;
      // The runtime answers by itself, and the object sleeps on.
      ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("p", "q"));
    }

    async fetch(request) {
      let body;
      let tooLarge = false;
      this.arriving += 1;
      try {
        body =
          request.body && (await bodyOf(request, rust.channelBodyLimit(this.env), rust.channelDiscardLimit));
        tooLarge = body === TOO_LARGE;
        if (body && this.wrote && !this.isAlone()) await this.committed();
      } catch (error) {
        // Whoever sent it left before it was whole, or a variable is wrong, or the database failed.
        return rust.channelFailed(request, this.env, error);
      } finally {
        this.arriving -= 1;
      }
      const turn = this.turn(
        (turn, sql) => rust.channelRequest(sql, this.env, request, body || undefined, tooLarge, turn),
        request,
      );
      if (body) this.wrote = true;
      return turn.mode ? this.follow(turn) : turn.response;
    }

    /** Whether neither this publish nor the one before it has met another one on its way. */
    isAlone() {
      const { crowded } = this;
      this.crowded = this.arriving > 1;
      return !crowded && !this.crowded;
    }

    /**
     * Waits until the last publish is committed. The runtime commits once for all that is written in one
     * turn of its own, so those that come meanwhile and wait here share the next commit. One that comes
     * alone would find nothing to wait for, and only pay for having asked.
     */
    committed() {
      this.committing ??= this.ctx.storage.sync().finally(() => {
        this.committing = undefined;
      });
      return this.committing;
    }

    /** Registers a reader. Its first frame was read in the same turn, so that nothing falls between. */
    follow({ mode, place, frame }) {
      const [client, server] = Object.values(new WebSocketPair());
      this.ctx.acceptWebSocket(server, [mode]);
      if (frame) server.send(frame);
      const headers = { "edge-events-place": place };
      return new Response(null, { status: 101, webSocket: client, headers });
    }

    webSocketMessage(socket, message) {
      const [mode] = this.ctx.getTags(socket);
      const { failed, frame } = this.turn((turn, sql) =>
        rust.channelMessage(sql, this.env, mode, message, turn),
      );
      if (failed) socket.close(BROKEN);
      else if (frame) send(socket, frame);
    }

    webSocketClose(socket) {
      socket.close();
    }

    alarm() {
      const { failed } = this.turn((turn, sql) => rust.channelAlarm(sql, this.env, turn));
      if (failed) throw new Error("the alarm is to be tried again");
    }

    /**
     * One turn of Rust: all that it wants is written and its readers see it, or nothing. What it decided is in what
     * this gives back: the `Turn` of src/platform/object/mod.rs.
     *
     * @param {(turn: any, sql: any) => void} decide
     * @param {Request} [request]
     * @returns {any}
     */
    turn(decide, request) {
      const { storage } = this.ctx;
      const sockets = MODES.map((mode) => this.ctx.getWebSockets(mode));
      /** @type {any} */
      const turn = { ...this.memory, object: this.number, readers: sockets.map(({ length }) => length) };
      try {
        decide(turn, storage.sql);
        if (turn.writes) write(storage, turn.writes);
      } catch (error) {
        this.number = ++numbers;
        return { failed: true, response: rust.channelFailed(request, this.env, error) };
      }
      this.memory = { deadline: turn.deadline, generation: turn.generation };
      try {
        this.publish(turn, sockets);
      } catch (error) {
        // It is written, and not all of them know.
        for (const socket of sockets.flat()) socket.close(BROKEN);
        console.error("readers are to come back:", error);
      }
      return turn;
    }

    publish({ farewell, frames, emptied, alarm }, sockets) {
      if (farewell) {
        for (const socket of sockets.flat()) {
          send(socket, farewell);
          socket.close(1000);
        }
      } else {
        frames?.forEach((frame, mode) => {
          if (frame) for (const socket of sockets[mode]) send(socket, frame);
        });
      }
      const { storage } = this.ctx;
      if (emptied) {
        // Its tables are gone already; this leaves nothing to pay for.
        storage.deleteAlarm();
        storage.deleteAll();
      }
      if (alarm !== undefined) storage.setAlarm(alarm);
    }
  };

/** Runs statements, all of them or none. One is whole by itself. */
function write(storage, statements) {
  const run = ([statement, ...params]) => storage.sql.exec(statement, ...params);
  if (statements.length === 1) run(statements[0]);
  else storage.transactionSync(() => statements.forEach(run));
}

/** One reader that is gone is no reason for others to hear nothing. */
function send(socket, frame) {
  try {
    socket.send(frame);
  } catch {
    socket.close(BROKEN);
  }
}

/**
 * The whole body, or TOO_LARGE where it has more than `limit` bytes. What is beyond them is read and kept
 * nowhere, up to `discardLimit()` bytes: whoever is still sending when the answer comes may lose the answer with
 * the connection, as behind the proxy of `wrangler dev`.
 */
async function bodyOf(request, limit, discardLimit) {
  const length = request.headers.get("content-length");
  // The runtime holds it to that, and reads it for less than we do.
  if (length !== null && Number(length) <= limit) return new Uint8Array(await request.arrayBuffer());
  const chunks = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size <= limit) {
      chunks.push(chunk);
    } else {
      chunks.length = 0;
      if (size > limit + discardLimit()) return TOO_LARGE;
    }
  }
  if (size > limit) return TOO_LARGE;
  if (chunks.length === 1) return chunks[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
