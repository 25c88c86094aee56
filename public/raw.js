// @ts-check
/** The stream as it comes off the line, by fetch: EventSource shows no comments and no `retry:`. */

export const MAX_LINES = 200;
const PAUSE_MS = 2_000;

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
 * Reads until the signal is aborted, coming back after each end.
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {{ text: (text: string, bytes: number) => void, note: (words: string) => void }} to
 */
export async function read(url, signal, { text, note }) {
  while (!signal.aborted) {
    try {
      const answer = await fetch(url, { signal, headers: { accept: "text/event-stream" } });
      note(`${answer.status} ${answer.headers.get("content-type") ?? "no body"}`);
      const decoder = new TextDecoder();
      const reader = answer.body?.getReader();
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        text(decoder.decode(part.value, { stream: true }), part.value.length);
      }
      note("the stream ended, again in 2 s");
    } catch {
      if (!signal.aborted) note("the connection was lost, again in 2 s");
    }
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
}
