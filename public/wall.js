// @ts-check
/** The channel `demo/wall`: what anybody says, everybody has. Loaded where channels are open. */
import { answers, authorized, make } from "./answer.js";
import { follow } from "./channels.js";
import { $, write } from "./dom.js";

const WALL = "/channels/demo/wall";
const SHOWN = 50; // messages in the page
const READERS_MS = 15_000;
const NEWS_MS = 5_000; // a screen reader hears how many came, and not each of them

/** @param {number} count @param {string} noun */
const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What somebody published, whatever it is. @param {any} value */
const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** @param {string} token  none: the page reads along */
export function show(token) {
  const input = /** @type {HTMLInputElement} */ ($("words"));
  const list = $("wall");
  const wall = follow(WALL, { from: { last: SHOWN }, token: token || undefined });
  const answer = answers(wall, token);
  let lives = 0; // connections so far
  let cut = false;
  let back = 0;
  let news = 0;

  /** @param {HTMLElement} item */
  function add(item) {
    const follows = list.scrollHeight - list.scrollTop - list.clientHeight < 24;
    list.append(item);
    if (list.childElementCount > SHOWN) list.firstElementChild?.remove();
    if (follows) list.scrollTop = list.scrollHeight;
  }

  wall.addEventListener("message", ({ detail: { id, event, value, replayed } }) => {
    if (event === "answer") answer.show(value);
    const words = event === "answer" ? "(asked for an answer)" : text(value).slice(0, 500);
    const item = document.createElement("li");
    const place = document.createElement("small");
    place.textContent = `${Number(id.split("_")[1])}${replayed && lives > 1 ? " · missed, sent now" : ""}`;
    item.append(`${words} `, place);
    add(item);
    if (cut && replayed) back += 1;
    if (!replayed) news += 1;
    showState();
  });
  wall.addEventListener("gap", ({ detail: { missed } }) => {
    const item = document.createElement("li");
    item.className = "missing";
    item.textContent = missed === null ? "something is gone" : `${counted(missed, "message")} gone`;
    add(item);
  });
  wall.addEventListener("state", ({ detail: { state, reason } }) => {
    if (state === "reconnecting" && reason === "cut") [cut, back] = [true, 0];
    showState();
    if (state === "live") {
      lives += 1;
      readers();
    }
  });

  function showState() {
    const { state, reason, status } = wall.state;
    const came = cut && state === "live" ? `: ${counted(back, "message")} came back after the cut` : "";
    const why = token ? "the token is not good any more" : "reading it needs a token";
    const refused = status === 401 ? `: ${why}` : ` (${status})`;
    write("wall-state", `${state}${came}${state === "stopped" && reason === "refused" ? refused : ""}`);
    $("wall-cut").toggleAttribute("disabled", state === "stopped");
    if (state !== "live") write("readers", "");
  }
  showState();

  async function readers() {
    // A channel that is not there yet has the place of all zeros, and would answer 404.
    const isThere = /[1-9]/.test(wall.lastEventId ?? "");
    if (!isThere || document.hidden || wall.state.state !== "live") return;
    const said = await fetch(WALL, { method: "HEAD", headers: token ? authorized(token) : {} }).catch(
      () => undefined,
    );
    if (said?.ok) write("readers", `· ${counted(Number(said.headers.get("stream-readers")), "connection")}`);
  }
  setInterval(readers, READERS_MS);
  setInterval(() => {
    if (news > 0) write("wall-news", `${counted(news, "new message")} on the wall`);
    news = 0;
  }, NEWS_MS);

  $("wall-cut").addEventListener("click", () => wall.cut());
  $("say").hidden = !token;
  $("read-only").hidden = Boolean(token);
  const made = token ? make(WALL, token).catch(() => {}) : undefined;
  $("say").addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = input.value.trim();
    if (!words) return;
    input.value = "";
    write("unsent", "");
    await made;
    const waits = setTimeout(
      () => write("unsent", `${counted(wall.unsent.length, "message")} to be sent`),
      1000,
    );
    try {
      await wall.append(words);
      write("unsent", "");
      readers();
    } catch (error) {
      write("unsent", `not sent: ${Object(error).message}`);
      input.value ||= words;
    }
    clearTimeout(waits);
  });
}
