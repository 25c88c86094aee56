// The page's channels with the client module: what is said on the wall, and an answer word by word.
import assert from "node:assert/strict";
import { readLog, SECRET } from "../../support/channels-clients.mjs";
import { storageFor } from "../../support/channels-processes.mjs";
import { untilSaid, withToken, wordsOnWall } from "../../support/wall.mjs";

const PATIENT = { ceiling: 60_000 };
const WORDS = 15; // of the answer, before the page is loaded anew
const vars = {
  CHANNELS_SECRET: SECRET,
  PUBLIC_CHANNELS: "demo/*",
  MAX_STREAM_MS: 3000,
  RETRY_MS: 200,
  CPU_BUDGET_MS: 300_000,
};

const say = (tab, words) =>
  tab.evaluate((words) => {
    const input = /** @type {HTMLInputElement} */ (document.getElementById("words"));
    input.value = words;
    input.form?.requestSubmit();
  }, words);

const untilAllHave = (tabs, words) => Promise.all(tabs.map((tab) => untilSaid(tab.evaluate, words, PATIENT)));

async function openPages(test, serve, open) {
  const runtime = await serve(test, { vars, persist: storageFor(test) });
  const writer = await open(test, withToken(runtime));
  const reader = await open(test, runtime.url);
  for (const tab of [writer, reader]) await tab.until("wall-state", /^live/, PATIENT);
  return { runtime, writer, reader };
}

/** Nothing went wrong in the page itself. */
async function assertNoError(tab) {
  const { errors, violations } = await tab.seen();
  assert.deepEqual({ errors, violations }, { errors: [], violations: [] });
}

export async function sharesTheWall(test, serve, open) {
  const { runtime, writer, reader } = await openPages(test, serve, open);
  assert.equal(await writer.evaluate(() => location.href), `${runtime.url}/`);
  const sent = [];
  const sayNext = (words) => {
    sent.push(words);
    return say(writer, words);
  };
  await sayNext("hello");
  await untilAllHave([writer, reader], "hello");
  for (let kill = 1; kill <= 2; kill += 1) {
    await runtime.killAndRestart(() => sayNext(`said while the server was dead ${kill}`));
    await sayNext(`said after it ${kill}`);
    await untilAllHave([writer, reader], `said after it ${kill}`);
  }
  await writer.evaluate(() => document.getElementById("wall-cut")?.click());
  await sayNext("said in a cut");
  await untilAllHave([writer, reader], "said in a cut");
  assert.deepEqual((await readLog(runtime, "demo/wall")).messages, sent);
  for (const tab of [writer, reader]) {
    assert.deepEqual(await tab.evaluate(wordsOnWall), sent);
    await assertNoError(tab);
  }
}

export async function readsAnAnswer(test, serve, open) {
  const { runtime, writer, reader } = await openPages(test, serve, open);
  await writer.evaluate(() => document.getElementById("ask")?.click());
  const words = new RegExp(`^(\\S+ ){${WORDS}}`);
  for (const tab of [writer, reader]) await tab.until("answer", words, PATIENT);
  await writer.goto(runtime.url); // its token stays with the tab
  for (const tab of [writer, reader]) {
    await tab.until("answer-state", /^It is complete, and closed.$/, PATIENT);
    await assertNoError(tab);
  }
  const [name] = (await readLog(runtime, "demo/wall")).messages;
  const { messages, closed } = await readLog(runtime, name);
  assert.equal(closed, true);
  assert.ok(messages.length > 2 * WORDS, `${messages.length} words`);
  for (const tab of [writer, reader])
    assert.deepEqual((await tab.text("answer")).trim().split(" "), messages);
}
