// V8's own view of the Worker's isolate, by the inspector's protocol:
// https://chromedevtools.github.io/devtools-protocol/v8/
import { waitFor } from "./wait.mjs";

/**
 * One connection for the life of a runtime: workerd sometimes closes one that follows
 * another's end within milliseconds.
 */
export class Inspector {
  #host;
  #work;
  #socket;
  #calls = 0;
  #answers = new Map();

  /**
   * `host` gives the inspector's address, and `work` gives the isolate something to do:
   * one without work does not look at its inspector.
   */
  constructor(host, work) {
    this.#host = host;
    this.#work = work;
  }

  async #connect() {
    const host = await this.#host();
    const socket = new WebSocket(`ws://${host}/core:user:edge-events`);
    socket.onmessage = ({ data }) => {
      const { id, result, error } = JSON.parse(data);
      if (id) this.#answers.set(id, { result, error });
    };
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`no inspector at ${host}`));
    });
    return socket;
  }

  async #call(method) {
    this.#socket ??= this.#connect();
    const socket = await this.#socket;
    const id = ++this.#calls;
    socket.send(JSON.stringify({ id, method }));
    const answered = async () => {
      if (socket.readyState !== WebSocket.OPEN) throw new Error("the inspector closed its connection");
      await this.#work();
      return this.#answers.get(id);
    };
    const { result, error } = await waitFor(answered, {
      what: `the inspector's answer to ${method}`,
      every: 5,
    });
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Lets V8 collect its garbage, so that what remains is in use. */
  collectGarbage() {
    return this.#call("HeapProfiler.collectGarbage");
  }

  /** Bytes in use: of JavaScript's objects, of what workerd holds for them, and of buffers. */
  async heapUsage() {
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = await this.#call("Runtime.getHeapUsage");
    return usedSize + embedderHeapUsedSize + backingStorageSize;
  }

  async close() {
    (await this.#socket?.catch(() => undefined))?.close();
  }
}
