// A reader of event streams written from the HTML standard, section 9.2.6
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation),
// and from nothing else: it shares no code and no idea with the Worker's encoder.
// Beside the events it keeps what a browser throws away: comments and retry values.

export class SseReader {
  /** Dispatched events: `{type, data, lastEventId, at}`. */
  events = [];
  /** Each valid `retry:` in order: `{value, at}`. */
  retries = [];
  /** Each comment: `{text, at, insideBlock}`; inside means that a field of an unfinished block stood before it. */
  comments = [];
  /** Blocks that ended without data: a browser fires no event for them. */
  emptyBlocks = 0;
  lastEventId = "";

  #decoder = new TextDecoder("utf-8"); // drops one leading byte order mark, as the standard asks
  #line = "";
  #afterCarriageReturn = false;
  #data = "";
  #type = "";
  #id = "";
  #fieldsInBlock = 0;
  #onEvent;

  /** @param {(event: any) => void} [onEvent] */
  constructor(onEvent = () => {}) {
    this.#onEvent = onEvent;
  }

  /** Takes the next bytes, split anywhere; `at` is when they arrived. */
  feed(bytes, at = Date.now()) {
    for (const char of this.#decoder.decode(bytes, { stream: true })) {
      if (char === "\n" && this.#afterCarriageReturn) {
        this.#afterCarriageReturn = false; // the second half of CRLF
        continue;
      }
      this.#afterCarriageReturn = char === "\r";
      if (char === "\n" || char === "\r") {
        const line = this.#line;
        this.#line = "";
        this.#takeLine(line, at);
      } else {
        this.#line += char;
      }
    }
  }

  /** True between the first field of a block and the blank line that ends it. */
  get insideBlock() {
    return this.#fieldsInBlock > 0 || this.#line !== "";
  }

  #takeLine(line, at) {
    if (line === "") return this.#dispatch(at);
    const colon = line.indexOf(":");
    if (colon === 0) {
      this.comments.push({ text: line.slice(1), at, insideBlock: this.#fieldsInBlock > 0 });
      return;
    }
    this.#fieldsInBlock += 1;
    const name = colon === -1 ? line : line.slice(0, colon);
    let value = colon === -1 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    this.#takeField(name, value, at);
  }

  #takeField(name, value, at) {
    if (name === "event") this.#type = value;
    else if (name === "data") this.#data += `${value}\n`;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^[0-9]+$/.test(value)) this.retries.push({ value: Number(value), at });
    // Any other field is ignored.
  }

  #dispatch(at) {
    const [data, type, fields] = [this.#data, this.#type, this.#fieldsInBlock];
    this.lastEventId = this.#id;
    this.#data = "";
    this.#type = "";
    this.#fieldsInBlock = 0;
    if (data === "") {
      if (fields > 0) this.emptyBlocks += 1;
      return;
    }
    const event = { type: type || "message", data: data.slice(0, -1), lastEventId: this.lastEventId, at };
    this.events.push(event);
    this.#onEvent(event);
  }
}
