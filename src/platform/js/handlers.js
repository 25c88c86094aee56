import { channelHandler } from "../front/channels.js";

/** What the runtime calls for each event of the Worker. worker-build makes an entry of its own, which
 * makes an object and two proxies for each request: a tenth of what opening a stream costs. */
export function handlers(Worker) {
  const { answer } = Worker.prototype;
  const channel = channelHandler(Worker.prototype);
  return {
    fetch(request, env) {
      return answer(request, env) ?? channel(request, env);
    },
  };
}
