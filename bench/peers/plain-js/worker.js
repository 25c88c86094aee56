// A Worker as written by hand: a ReadableStream, a timer that writes, cleared when the client leaves.
const encoder = new TextEncoder();

export default {
  fetch(request) {
    const url = new URL(request.url);
    if (url.pathname !== "/events") return new Response("Not found", { status: 404 });
    const interval = Number(url.searchParams.get("interval")) || 1000;

    let timer;
    const body = new ReadableStream({
      start(controller) {
        let id = 0;
        const send = () => {
          id += 1;
          controller.enqueue(encoder.encode(`id: ${id}\ndata: ${new Date().toISOString()}\n\n`));
        };
        send();
        timer = setInterval(send, interval);
      },
      cancel() {
        clearInterval(timer);
      },
    });
    return new Response(body, {
      headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" },
    });
  },
};
