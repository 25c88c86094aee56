// What tests of channels share: the secret, publishing, and following as an EventSource does.
import assert from "node:assert/strict";
import { open, request } from "./client.mjs";
import { runtimeWith } from "./suite.mjs";

export const SECRET = "tests-tests-tests-tests-tests-tests";
export const AUTHORIZED = { Authorization: `Bearer ${SECRET}` };

/** A runtime whose channels are open to whoever has the secret. */
export const channelsWith = (vars = {}, options = {}) =>
  runtimeWith({ CHANNELS_SECRET: SECRET, CPU_BUDGET_MS: 10_000, ...vars }, options);

/**
 * One request for a channel, with the secret.
 *
 * @param {any} runtime
 * @param {string} method
 * @param {string} path
 * @param {{ headers?: any, body?: any }} [options]
 * @returns {Promise<any>}
 */
export const ask = (runtime, method, path, { headers = {}, body } = {}) =>
  request(runtime, { method, path, body, headers: { ...AUTHORIZED, ...headers } });

/** Publishes, and gives back the offset after it. */
export async function publish(runtime, name, body, headers = {}) {
  const answer = await ask(runtime, "POST", `/channels/${name}`, {
    headers: { "Content-Type": "application/json", ...headers },
    body,
  });
  assert.ok([200, 201, 204].includes(answer.status), `${answer.status} ${answer.text}`);
  return answer.headers["stream-next-offset"];
}

/**
 * Follows a channel and leaves the stream open.
 *
 * @param {any} runtime
 * @param {string} name
 * @param {any} [options] `query`, `headers`, and what `open` takes
 */
export const follow = (runtime, name, { query = "", headers = {}, ...options } = {}) =>
  open(runtime, { path: `/channels/${name}${query}`, headers: { ...AUTHORIZED, ...headers }, ...options });

/** Waits until a stream has said from where it delivers. */
export async function ready(stream) {
  await stream.until(({ text, closed }) => text.includes("event: ready") || closed, { what: "`ready`" });
  assert.equal(stream.named("ready").length, 1, stream.text);
  return stream;
}

/** Waits for so many messages, whatever their names are, and gives back their data. */
export async function messages(stream, count, options) {
  const ours = ["ready", "gap", "rotate", "overload", "closed"];
  const seen = () => stream.reader.events.filter(({ type }) => !ours.includes(type));
  await stream.until(() => seen().length >= count || stream.closed, {
    what: `${count} messages`,
    ...options,
  });
  return seen().map(({ data }) => data);
}

/** The whole text of a stream, with what differs from run to run replaced. */
export const anonymous = (text) =>
  text.replace(/retry: \d+/g, "retry: N").replace(/(?<!\d)0\d{15}_(\d{16})/g, (_, n) => `G_${Number(n)}`);
