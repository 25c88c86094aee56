// @ts-check
/** @import { Channel } from "./channels.js" */
/** A model's answer, word by word, in a channel of its own. The model is a stand-in: this page publishes a text. */
import { follow, Producer } from "./channels.js";
import { $ } from "./dom.js";

const TTL_S = 3600; // these channels end an hour after their last use
const NAME = /^demo\/answer\/[0-9a-z-]{1,64}$/;
const KEPT = "edge-events answer"; // the answer that this tab writes, for a reload goes on with it
const WORDS =
  "Each word that you read here is a message of its own, published by the page in which somebody pressed the button, stored, and sent to everybody who looks on. Reload this page in the middle: it reads what is there already and goes on where it was, and so does the one that writes, which sends no word twice. Come late and you have it from the beginning. Lose the network for a minute and nothing is lost. When the last word is stored the channel is closed, and every reader knows that there is no more to come.".split(
    " ",
  );

/** @param {string} token */
export const authorized = (token) => ({ authorization: `Bearer ${token}` });

/** Makes a channel that ends by itself. It may be there, made in another way: so be it.
 * @param {string} url @param {string} token */
export function make(url, token) {
  const headers = {
    ...authorized(token),
    "content-type": "application/json",
    "stream-ttl": String(TTL_S),
  };
  return fetch(url, { method: "PUT", headers });
}

/** @param {Channel} wall  where answers are announced @param {string} token */
export function answers(wall, token) {
  /** @type {AbortController | undefined} */ let reading;
  const button = /** @type {HTMLButtonElement} */ ($("ask"));
  button.hidden = !token;

  /** Reads along. @param {any} name */
  function show(name) {
    if (typeof name !== "string" || !NAME.test(name)) return;
    reading?.abort();
    reading = new AbortController();
    const { signal } = reading;
    $("answer").textContent = "";
    $("answer-state").textContent = "It is being written.";
    const answer = follow(`/channels/${name}`, { from: "start", token: token || undefined, signal });
    answer.addEventListener("message", ({ detail: { value } }) => $("answer").append(`${value} `));
    answer.addEventListener("closed", () => ($("answer-state").textContent = "It is complete, and closed."));
  }

  /** Writes what is not there yet. @param {string} name */
  async function go(name) {
    const url = `/channels/${name}`;
    button.disabled = true;
    try {
      await make(url, token);
      // Where this goes on with what it had begun, the channel's end says how many words are stored.
      const { headers } = await fetch(url, { method: "HEAD", headers: authorized(token) });
      const seq = Number(headers.get("stream-next-offset")?.split("_")[1] ?? 0);
      if (!headers.has("stream-closed")) {
        // Words one by one, so that a word's number is the producer's: what was on its way when the
        // page was reloaded is a repeat, and stored once.
        const writer = new Producer(url, { token, id: name, seq });
        // A tab that nobody looks at is woken once in a second: then it writes what was due.
        let due = Date.now();
        for (const word of WORDS.slice(seq)) {
          await writer.append(word);
          due += 30 + 90 * Math.random();
          if (due > Date.now()) await new Promise((resume) => setTimeout(resume, due - Date.now()));
        }
        await writer.close();
      }
      sessionStorage.removeItem(KEPT);
    } catch (error) {
      $("answer-state").textContent = `Not written: ${Object(error).message}`;
    }
    button.disabled = false;
  }

  button.addEventListener("click", async () => {
    const name = `demo/answer/${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    sessionStorage.setItem(KEPT, name);
    const announced = wall.append(name, { event: "answer" });
    await Promise.all([go(name), announced.catch(() => {})]);
  });
  const kept = sessionStorage.getItem(KEPT);
  if (kept && token) go(kept);
  return { show };
}
