// The half of a bridge that the runtime calls: one reader's socket to a channel's object.

const FRAME = 0;
const PONG = 1;
const LOST = 2;
const OPENED = 3;
const REFUSED = 4;

export class Bridge {
  /** `onEvent` tells whether the stream of this key is still known; `body` is the stream's. */
  constructor(key, onEvent, body, reach) {
    this.key = key;
    this.onEvent = onEvent;
    this.body = body;
    this.reach = reach;
  }

  /** Takes the socket of an answer. */
  attach(response) {
    const socket = response.webSocket;
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.accept();
    const heard = ({ data }) => {
      if (this.socket !== socket) return;
      if (typeof data === "string") this.tell(PONG);
      else this.tell(FRAME, new Uint8Array(data));
    };
    const lost = () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.tell(LOST);
    };
    socket.addEventListener("message", heard);
    socket.addEventListener("close", lost);
    socket.addEventListener("error", lost);
  }

  tell(event, value) {
    let known = false;
    try {
      known = this.onEvent(this.key, event, value);
    } finally {
      // Lost with an instance that panicked: the client is to come back.
      if (!known) {
        this.close();
        this.body.close();
      }
    }
  }

  send(text) {
    try {
      this.socket?.send(text);
    } catch {
      // Its end is reported by an event of its own.
    }
  }

  /** Asks for another socket in the place of this one. */
  async reopen(words) {
    this.drop();
    let response;
    try {
      response = await this.reach(words);
    } catch {
      // Nobody answered.
    }
    const socket = response?.webSocket;
    if (this.closed) {
      socket?.accept();
      socket?.close();
    } else if (socket) {
      this.tell(OPENED, response.headers.get("edge-events-place"));
      if (!this.closed) this.attach(response);
    } else {
      this.tell(REFUSED, response?.status);
    }
  }

  drop() {
    const socket = this.socket;
    this.socket = undefined;
    try {
      socket?.close();
    } catch {
      // It is closed, which is what is wanted.
    }
  }

  close() {
    this.closed = true;
    clearTimeout(this.body.timer);
    this.drop();
  }
}
