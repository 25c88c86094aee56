// Follows an event stream with npm's eventsource and prints each event as one line:
// its type, its id and its data, separated by tabs.
import { EventSource } from "eventsource";

const source = new EventSource(process.argv[2]);
const print = ({ type, lastEventId, data }) => console.log([type, lastEventId, data].join("\t"));
source.onopen = () => console.log("open\t\t");
for (const type of ["message", "gap", "rotate", "overload"]) source.addEventListener(type, print);
source.onerror = () => {
  if (source.readyState === EventSource.CLOSED) throw new Error("the EventSource gave up");
};
setInterval(() => {}, 2 ** 30); // its timer for the next connection does not keep a process alive
