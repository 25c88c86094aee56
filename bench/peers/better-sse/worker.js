// https://matthewwid.github.io/better-sse/guides/getting-started/ with the Fetch API
import { createResponse } from "better-sse";

export default {
  fetch(request) {
    const url = new URL(request.url);
    if (url.pathname !== "/events") return new Response("Not found", { status: 404 });
    const interval = Number(url.searchParams.get("interval")) || 1000;

    return createResponse(request, (session) => {
      let id = 0;
      const send = () => session.push(new Date().toISOString(), "message", String(++id));
      send();
      const timer = setInterval(send, interval);
      session.once("disconnected", () => clearInterval(timer));
    });
  },
};
