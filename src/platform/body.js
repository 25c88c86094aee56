// The half of a stream that the runtime calls. It is JavaScript because each event pays for it:
// a timer's callback costs least as one function that takes no arguments.

export class Body {
  /** `onTimer` tells whether the stream of this key is still known. */
  constructor(key, onTimer, onCancel, highWaterMark) {
    const start = (controller) => {
      this.controller = controller;
    };
    const cancel = () => {
      clearTimeout(this.timer);
      onCancel(key);
    };
    this.readable = new ReadableStream({ start, cancel }, { highWaterMark });
    this.wakeUp = () => {
      let known = false;
      try {
        known = onTimer(key);
      } finally {
        // Forgotten, or lost with an instance that panicked: its client is to come back.
        if (!known) this.controller.close();
      }
    };
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

  close() {
    this.controller.close();
  }
}
