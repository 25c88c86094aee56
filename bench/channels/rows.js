// A Worker of channels, and a count of the rows that its objects have written: GET /rows-written.
// @ts-expect-error the file has this name in the config that the measurement writes
import worker, { Channel as Measured } from "./main.js";

const cursors = [];
let counting = false;

/** Every cursor is kept: how many rows its statement has written is known when it has been read. */
function count(sql) {
  if (counting) return;
  counting = true;
  const proto = Object.getPrototypeOf(sql);
  const { exec } = proto;
  proto.exec = function (...statement) {
    const cursor = exec.apply(this, statement);
    cursors.push(cursor);
    return cursor;
  };
}

export class Channel extends Measured {
  constructor(ctx, env) {
    count(ctx.storage.sql);
    super(ctx, env);
  }
}

export default {
  fetch(request, env, ctx) {
    if (!request.url.endsWith("/rows-written")) return worker.fetch(request, env, ctx);
    const rows = cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
    return Response.json({ rows, statements: cursors.length });
  },
};
