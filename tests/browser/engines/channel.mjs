// A page with nothing but `new EventSource("/channels/…")` follows a public channel.
import assert from "node:assert/strict";
import { assertFollows, channelVars, ours, post, readLog } from "../../support/channels-clients.mjs";
import { storageFor } from "../../support/channels-processes.mjs";
import { sleep, waitFor } from "../../support/wait.mjs";

const NAME = "open/engines";
const KILLS = 2;
const PATIENT = { ceiling: 60_000 };
const vars = { ...channelVars, MAX_STREAM_MS: 2000, RETRY_MS: 200, CPU_BUDGET_MS: 10_000 };

/** Runs in the page. */
function follow(url) {
  const got = Object.assign(globalThis.seen, { ids: [], data: [], gaps: [], ends: 0, gaveUp: 0 });
  const source = new EventSource(url);
  source.onmessage = ({ lastEventId, data }) => {
    got.ids.push(lastEventId);
    got.data.push(data);
  };
  source.addEventListener("gap", ({ data }) => got.gaps.push(data));
  source.addEventListener("rotate", () => (got.ends += 1));
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) got.gaveUp += 1;
  };
}

/** Publishes numbers until it is told to stop, and again what was not acknowledged. */
function publisher(runtime) {
  const acknowledged = [];
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      const message = acknowledged.length;
      const answer = await post(runtime, ours(NAME), message).catch(() => null); // killed: nobody answers
      if (answer && answer.status < 300) acknowledged.push(message);
      await sleep(50);
    }
  };
  const done = run();
  return {
    acknowledged,
    stop() {
      stopped = true;
      return done;
    },
  };
}

export async function followsChannel(test, serve, open) {
  const runtime = await serve(test, { vars, persist: storageFor(test) });
  const publishing = publisher(runtime);
  test.after(() => publishing.stop());
  const tab = await open(test, `${runtime.url}/bare`);
  await waitFor(() => publishing.acknowledged.length > 0, { what: "the channel to be there" });
  await tab.evaluate(follow, `${ours(NAME)}?offset=-1`);
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const { ends } = await tab.seen();
    await waitFor(async () => (await tab.seen()).ends >= ends + 2, { what: "two planned ends", ...PATIENT });
    const count = (await tab.seen()).data.length;
    await runtime.killAndRestart();
    await waitFor(async () => (await tab.seen()).data.length > count, { what: "news", ...PATIENT });
  }
  await publishing.stop();
  const log = (await readLog(runtime, NAME)).messages.map((message) => JSON.stringify(message));
  const all = async () => (await tab.seen()).data.length >= log.length;
  await waitFor(all, { what: `all ${log.length} messages`, ...PATIENT });
  const { ends, gaveUp, ...seen } = await tab.seen();
  assert.equal(gaveUp, 0);
  assertFollows(seen, log, { what: "the page" });
  // A message whose acknowledgement was killed is published again: it may be there twice, and none is missing.
  assert.deepEqual(
    [...new Set(log.map(Number))].slice(0, publishing.acknowledged.length),
    publishing.acknowledged,
  );
  test.diagnostic(`${log.length} messages, ${ends} planned ends, ${KILLS} kills`);
}
