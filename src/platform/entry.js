// The Worker's entry. The one that worker-build makes puts an object and two proxies before each
// request, a tenth of what opening a stream costs. Another handler than fetch is to be named here.
import Worker from "../../build/index.js";

const { answer, fetch } = Worker.prototype;

export default {
  fetch(request, env, ctx) {
    // `#[event(fetch)]` would do for all, but makes a promise and a task of it.
    return answer(request, env) ?? fetch.call({ env, ctx }, request);
  },
};
