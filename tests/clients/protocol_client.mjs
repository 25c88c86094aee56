// Follows a channel with the protocol's own client and prints each message as one line: its type,
// the offset up to which it was delivered, and its JSON, separated by tabs.
//
// usage: protocol_client.mjs URL sse|long-poll
import { stream } from "@durable-streams/client";

const [, , url] = process.argv;
const live = /** @type {"sse" | "long-poll"} */ (process.argv[3]);
/** @type {Record<string, string>} */
const headers = process.env.AUTHORIZATION ? { Authorization: process.env.AUTHORIZATION } : {};
const backoffOptions = { initialDelay: 50, maxDelay: 500, multiplier: 1.3 };

let offset = "-1";
for (;;) {
  try {
    const response = await stream({ url, offset, live, headers, backoffOptions, json: true });
    console.log("open\t\t");
    response.subscribeJson((batch) => {
      for (const item of batch.items) console.log(["message", batch.offset, JSON.stringify(item)].join("\t"));
      offset = batch.offset;
    });
    await response.closed;
    if (response.streamClosed) break;
  } catch (error) {
    // What its user does when the client gives up: begins again from where it was.
    console.log(["error", "", `${error?.name}: ${error?.message}`.replaceAll(/\s/g, " ")].join("\t"));
    if (error?.status >= 400 && error.status < 500) throw error;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
console.log("closed\t\t");
