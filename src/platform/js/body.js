// The part of a stream that the runtime calls. It is JavaScript because each event pays for it: a
// timer costs least when its callback is one JavaScript function without arguments.

let strategy;

/** The underlying source of a `ReadableStream`, and its timer. */
export class Body {
  /** `onTimer` tells whether the stream of this key is still known. */
  constructor(key, onTimer, onCancel, highWaterMark) {
    this.key = key;
    this.onCancel = onCancel;
    this.wakeUp = () => {
      let known = false;
      try {
        known = onTimer(key);
      } finally {
        // Rust has forgotten the stream, or a panic has taken all streams: let the client come back.
        if (!known) this.controller.close();
      }
    };
    strategy ??= { highWaterMark };
  }

  /** The answer with this status and these headers whose body it is. */
  answer(init) {
    return new Response(new ReadableStream(this, strategy), init);
  }

  start(controller) {
    this.controller = controller;
  }

  cancel() {
    clearTimeout(this.timer);
    this.onCancel(this.key);
  }

  /** How many more chunks the queue takes. */
  room() {
    return Math.max(0, this.controller.desiredSize);
  }

  enqueue(chunk) {
    this.controller.enqueue(chunk);
  }

  /** Timers are kept by the request that set them, and end with it. */
  wakeAfter(ms) {
    this.timer = setTimeout(this.wakeUp, ms);
  }

  /** For a stream that something else wakes too: its timer may be pending. */
  wakeSooner(ms) {
    clearTimeout(this.timer);
    this.wakeAfter(ms);
  }

  close() {
    this.controller.close();
  }
}
