import { open, sleep } from "./client.mjs";

/**
 * Follows the stream as an EventSource does, through planned ends, and gives back all that it saw.
 *
 * @param {{ port: number }} runtime
 * @param {{ interval: number, rotations: number, lastEventId?: number | string }} options
 */
export async function followRaw(runtime, { interval, rotations, lastEventId = "" }) {
  /** @type {{ ids: number[], gaps: object[], reasons: string[], rotations: number }} */
  const seen = { ids: [], gaps: [], reasons: [], rotations: 0 };
  let retry = 1000;
  while (seen.rotations < rotations) {
    const headers = lastEventId === "" ? {} : { "Last-Event-ID": lastEventId };
    const stream = open(runtime, { path: `/events?interval=${interval}`, headers });
    await stream.finished({ ceiling: 60_000 });
    stream.leave();
    if (!stream.complete) throw new Error("the stream was cut");
    seen.ids.push(...stream.ids);
    seen.gaps.push(...stream.named("gap").map(({ data }) => JSON.parse(data)));
    seen.reasons.push(...stream.named("rotate").map(({ data }) => JSON.parse(data).reason));
    seen.rotations += stream.named("rotate").length;
    lastEventId = stream.reader.lastEventId || lastEventId;
    retry = stream.reader.retries.at(-1)?.value ?? retry;
    await sleep(retry);
  }
  return seen;
}
