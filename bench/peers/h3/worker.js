// https://h3.dev/utils/response#createeventstreamevent-opts
import { createEventStream, getQuery, H3 } from "h3";

const app = new H3();

app.get("/events", (event) => {
  const interval = Number(getQuery(event).interval) || 1000;
  const eventStream = createEventStream(event);
  let id = 0;
  const send = () => eventStream.push({ id: String(++id), data: new Date().toISOString() });
  send();
  const timer = setInterval(send, interval);
  eventStream.onClosed(async () => {
    clearInterval(timer);
    await eventStream.close();
  });
  return eventStream.send();
});

export default { fetch: app.fetch };
