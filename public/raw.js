// @ts-check
/** The raw panel: the stream byte for byte, by fetch, for EventSource shows no comments and no `retry:`. */
import { $ } from "./dom.js";
import { isFinal, pause } from "./edge-events.js";

export const MAX_LINES = 200;

/** The last lines of a text that grows. */
export class Tail {
  /** @type {string[]} */ lines = [""];

  /** @param {string} text */
  push(text) {
    const [first, ...more] = text.split("\n");
    this.lines[this.lines.length - 1] += first;
    this.lines.push(...more);
    if (this.lines.length > MAX_LINES) this.lines.splice(0, this.lines.length - MAX_LINES);
  }

  /** The line breaks made visible, for they are what a stream is made of. */
  toString() {
    return this.lines.join("⏎\n");
  }
}

/**
 * Reads until the signal is aborted or the server says to stop, and comes back after each end when the
 * server asks for it: by `retry:`, which a full server and a planned end send too, or by `Retry-After`.
 * Where it says nothing, each failure makes the wait longer.
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {{ text: (text: string, bytes: number) => void, note: (words: string) => void }} to
 */
export async function read(url, signal, { text, note }) {
  for (let failures = 0; !signal.aborted; ) {
    let words = "the stream ended";
    let asked = 0;
    try {
      const { status, headers, body } = await fetch(url, {
        signal,
        headers: { accept: "text/event-stream" },
      });
      const answer = `${status} ${headers.get("content-type") ?? "no body"}`;
      note(answer);
      if (status !== 200) words = answer;
      asked = Number(headers.get("retry-after")) * 1000;
      const decoder = new TextDecoder();
      const reader = body?.getReader();
      let line = "";
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        const news = decoder.decode(part.value, { stream: true });
        text(news, part.value.length);
        const lines = (line + news).split("\n");
        line = lines.pop() ?? "";
        for (const whole of lines) {
          const retry = /^retry: ?(\d+)$/.exec(whole);
          if (retry) asked = Number(retry[1]);
        }
      }
      if (isFinal(status)) return note(`${answer}: the server wants no more requests`);
    } catch {
      words = "the connection was lost";
    }
    if (signal.aborted) return;
    failures = asked ? 0 : failures + 1;
    const ms = asked || pause(failures - 1);
    note(`${words}, again in ${Math.ceil(ms / 1000)} s`);
    await new Promise((resume) => setTimeout(resume, ms));
  }
}

/** Shows it in the page. @param {string} url @param {AbortSignal} signal @param {() => void} onHeartbeat */
export function show(url, signal, onHeartbeat) {
  const [box, state] = [$("bytes"), $("raw-state")];
  const tail = new Tail();
  let total = 0;
  let words = "";
  const render = () => {
    const follows = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
    box.textContent = String(tail);
    if (follows) box.scrollTop = box.scrollHeight;
    state.textContent = `On a connection of its own: ${words}, ${total} bytes.`;
  };
  return read(url, signal, {
    text(text, bytes) {
      total += bytes;
      tail.push(text);
      if (/^:/m.test(text)) onHeartbeat();
      render();
    },
    note(news) {
      words = news;
      render();
    },
  });
}
