/** What the runtime calls for each event of the Worker. worker-build makes an entry of its own, which
 * makes an object and two proxies for each request: a tenth of what opening a stream costs. */
export function handlers(Worker) {
  const { answer, fetch } = Worker.prototype;
  return {
    fetch(request, env, ctx) {
      // Rust's `fetch` alone could answer everything, but needs a promise and a task for it.
      return answer(request, env) ?? fetch.call({ env, ctx }, request);
    },
  };
}
