// The tutorial that everybody has read: Express on Node.
import express from "express";

const app = express();

app.get("/events", (req, res) => {
  const interval = Number(req.query.interval) || 1000;
  res.setHeader("Content-Type", "text/event-stream");
  res.setHeader("Cache-Control", "no-cache");
  res.setHeader("Connection", "keep-alive");
  res.flushHeaders();

  let id = 0;
  const send = () => {
    id += 1;
    res.write(`id: ${id}\ndata: ${new Date().toISOString()}\n\n`);
  };
  send();
  const timer = setInterval(send, interval);
  res.on("close", () => {
    clearInterval(timer);
    res.end();
  });
});

app.listen(Number(process.env.PORT), "127.0.0.1");
