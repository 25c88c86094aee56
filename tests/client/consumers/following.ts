// What somebody writes who follows channels in TypeScript: it must compile under --strict.
import {
  type Channel,
  type Events,
  follow,
  type Gap,
  type Message,
  type Options,
  Producer,
  Unsent,
} from "../../../public/channels.js";

const stop = new AbortController();
const options: Options = {
  from: { last: 20 },
  token: async () => "a token",
  signal: stop.signal,
  shared: false,
  withCredentials: true,
  patience: 5000,
  contentType: "application/json",
};
const channel: Channel = follow(new URL("https://edge.example/channels/orders"), options);
follow("/channels/orders", { from: "start", token: "a token" });

channel.addEventListener("state", ({ detail }) => {
  const state: "connecting" | "live" | "reconnecting" | "stopped" = detail.state;
  console.log(state, detail.since.toFixed(), detail.reason?.trim());
});
channel.addEventListener("message", ({ detail: { id, event, value, data, replayed } }) => {
  const texts: string[] = [id, event, data];
  const flag: boolean = replayed;
  console.log(texts, flag, value.order);
});
const gone = ({ detail }: CustomEvent<Gap>) =>
  console.log(detail.missed?.toFixed(), detail.resumed_at.trim());
channel.addEventListener("gap", gone);
channel.addEventListener("closed", ({ detail: { tail } }) => console.log(tail.trim()));
channel.addEventListener("rotate", ({ detail: { reason } }) => console.log(reason.trim()));
channel.addEventListener("overload", ({ detail }: CustomEvent<Events["overload"]>) =>
  console.log(detail.retry_ms.toFixed()),
);

export async function use(): Promise<void> {
  for await (const message of channel) {
    const { id }: Message = message;
    console.log(id.trim());
  }
  const place: string = await channel.append({ order: 7 }, { event: "created" });
  const producer = new Producer("/channels/orders", { token: "a token", id: "a page", seq: 2 });
  await producer.append("a text").catch((error: unknown) => {
    if (error instanceof Unsent) console.log(error.value, error.status?.toFixed());
  });
  await producer.close();
  const waiting: unknown[] = channel.unsent;
  const last: string | undefined = channel.lastEventId;
  console.log(place.trim(), waiting.length, last, channel.leads, channel.state.state, channel.url.trim());
  channel.cut(1000);
  await channel.close();
}
