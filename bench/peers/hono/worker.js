// https://hono.dev/docs/helpers/streaming#streamsse
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";

const app = new Hono();

app.get("/events", (c) => {
  const interval = Number(c.req.query("interval")) || 1000;
  return streamSSE(c, async (stream) => {
    let id = 0;
    while (!stream.aborted) {
      await stream.writeSSE({ data: new Date().toISOString(), id: String(++id) });
      await stream.sleep(interval);
    }
  });
});

export default app;
