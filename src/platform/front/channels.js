// The half of the channels' handlers that waits: for a signature to be verified, for a channel's object, and
// for the first message of a long-poll. What to ask, whether to ask again and what to answer is decided by the Rust functions.

/** What the object is told of a client that follows. */
const PASSED_ON = ["accept", "last-event-id", "origin", "if-none-match"];

/** Answers a request for a channel. */
export const channelHandler = (rust) => async (request, env) => {
  const plan = {};
  try {
    let refusal = rust.channelPlan(request, env, plan);
    if (plan.prove) {
      plan.genuine = await plan.prove();
      refusal = rust.channelPlan(request, env, plan);
    }
    if (refusal) return refusal;
    const reach = reaching(rust, env, plan);
    return await (plan.ask ? follow(rust, request, env, plan, reach) : reach(request));
  } catch (error) {
    return rust.channelUnreachable(request, env, error, !isThePlatforms(error));
  } finally {
    if (plan.poll !== undefined) rust.channelPollEnded(plan.poll);
  }
};

/** A function that asks a channel's object. */
const reaching = (rust, env, plan) => async (target, init) => {
  for (let attempts = 1; ; attempts += 1) {
    try {
      // A stub that has failed may go on failing: each try has its own.
      return await env.CHANNELS.getByName(plan.name).fetch(target, init);
    } catch (error) {
      const { retryable, overloaded } = error;
      const ms = rust.channelPause(plan.method, attempts, retryable === true, overloaded === true);
      if (ms === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }
};

async function follow(rust, request, env, plan, reach) {
  const headers = new Headers();
  for (const name of PASSED_ON) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const ask = (words, upgrade) => {
    headers.set("edge-events-follow", words);
    if (upgrade) headers.set("upgrade", "websocket");
    else headers.delete("upgrade");
    return reach(plan.target, { headers });
  };
  const response = await ask(plan.ask, true);
  if (response.status >= 500) return rust.channelTurnedAway(request, env);
  if (!response.webSocket) return response;
  if (plan.poll === undefined) {
    plan.reach = (words) => ask(words, true);
    return rust.channelStream(request, env, plan, response);
  }
  const again = rust.channelPolled(response);
  await firstMessage(response.webSocket, plan.wait, request.signal);
  return ask(again, false);
}

/** Waits for anything to happen at the socket, but not longer than `ms` and than the client does. */
async function firstMessage(socket, ms, signal) {
  let timer;
  socket.accept();
  await new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
    for (const event of ["message", "close", "error"]) socket.addEventListener(event, resolve);
    signal.addEventListener("abort", resolve);
  });
  clearTimeout(timer);
  socket.close();
}

const isThePlatforms = ({ remote, retryable, overloaded }) => remote || retryable || overloaded || false;
