// What somebody writes who takes the module along in TypeScript: it must compile under --strict.
import { connect, type EdgeEvents, type Events, type Options } from "../../../public/edge-events.js";

const stop = new AbortController();
const options: Options = {
  interval: 1000,
  format: "json",
  signal: stop.signal,
  shared: false,
  lastEventId: 1_800_000_000_000,
  patience: 5000,
};
const ticks: EdgeEvents = connect(new URL("https://edge.example/events"), options);

ticks.addEventListener("state", ({ detail }) => {
  const state: "connecting" | "live" | "reconnecting" | "stopped" = detail.state;
  const times: [number, number | undefined] = [detail.since, detail.retryAt];
  const why: [string | undefined, number | undefined] = [detail.reason, detail.status];
  console.log(state, times, why);
});
ticks.addEventListener("tick", ({ detail: { id, data, arrived, lag, live, replayed } }) => {
  const numbers: number[] = [id, arrived, lag ?? 0];
  const flags: boolean[] = [live, replayed];
  const text: string = data;
  console.log(numbers, flags, text);
});
ticks.addEventListener("gap", ({ detail: { after, resumed_at, missed, announced } }) => {
  const numbers: number[] = [after, resumed_at, missed];
  const told: boolean = announced;
  console.log(numbers, told);
});
ticks.addEventListener("rotate", ({ detail: { reason } }) => console.log(reason.toUpperCase()));
ticks.addEventListener("overload", ({ detail: { retry_ms } }) => console.log(retry_ms.toFixed()));

const count = ({ detail }: CustomEvent<Events["duplicate"]>) => console.log(detail.id.toFixed());
ticks.addEventListener("duplicate", count, { once: true, signal: stop.signal });
ticks.removeEventListener("duplicate", count);
ticks.addEventListener("tick", { handleEvent: ({ detail }) => console.log(detail.id) });

const last: number | undefined = ticks.lastEventId;
const leads: boolean = ticks.leads;
const url: string = ticks.url;
console.log(last, leads, url, ticks.state.state);
ticks.cut();
ticks.cut(1000);
