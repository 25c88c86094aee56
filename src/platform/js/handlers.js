import { channelHandler } from "../front/channels.js";

/** What the runtime calls for each event of the Worker. worker-build makes an entry of its own, which
 * makes an object and two proxies for each request: a tenth of what opening a stream costs. */
export function handlers(Worker) {
  const { answer, fetch } = Worker.prototype;
  const channel = channelHandler(Worker.prototype);
  return {
    fetch(request, env, ctx) {
      const answered = answer(request, env);
      if (answered) return answered;
      // Rust's `fetch` alone could answer everything but channels, but needs a promise and a task for it.
      return answered === null ? channel(request, env) : fetch.call({ env, ctx }, request);
    },
  };
}
