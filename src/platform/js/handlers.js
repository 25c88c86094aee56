/** What the runtime calls. worker-build makes an entry of its own, which puts an object and two
 * proxies before each request: a tenth of what opening a stream costs. */
export function handlers(Worker) {
  const { answer, fetch } = Worker.prototype;
  return {
    fetch(request, env, ctx) {
      // `#[event(fetch)]` would do for all, but makes a promise and a task of it.
      return answer(request, env) ?? fetch.call({ env, ctx }, request);
    },
  };
}
