import { channelHandler } from "../front/channels.js";

/** What the runtime calls. worker-build makes an entry of its own, which puts an object and two
 * proxies before each request: a tenth of what opening a stream costs. */
export function handlers(Worker) {
  const { answer, fetch } = Worker.prototype;
  const channel = channelHandler(Worker.prototype);
  return {
    fetch(request, env, ctx) {
      const answered = answer(request, env);
      if (answered) return answered;
      // `#[event(fetch)]` would do for all, but makes a promise and a task of it.
      return answered === null ? channel(request, env) : fetch.call({ env, ctx }, request);
    },
  };
}
