// Publishes with the protocol's own idempotent producer, and prints a line for each message: "sent"
// before its batch goes out for the first time, "acknowledged" when an answer said that it is there.
//
// usage: protocol_producer.mjs URL NAME MS    a message each MS milliseconds, until standard input ends
import { DurableStream, IdempotentProducer } from "@durable-streams/client";

const [, , url, name, every] = process.argv;
/** @type {Record<string, string>} */
const headers = process.env.AUTHORIZATION ? { Authorization: process.env.AUTHORIZATION } : {};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The client leaves it to its user to send again what failed; nothing here knows what arrived. */
async function persistent(url, options) {
  const messages = JSON.parse(options.body);
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetch(url, options);
      if (answer.status < 500) {
        if (answer.ok) for (const { n } of messages) console.log(`acknowledged\t${answer.status}\t${n}`);
        return answer;
      }
      console.log(`failed\t${answer.status}\t`);
    } catch (error) {
      console.log(`failed\t\t${error.cause?.code ?? error.message}`);
    }
    await pause(Math.min(50 * 1.5 ** attempt, 500));
  }
}

const log = new DurableStream({ url, headers, contentType: "application/json" });
const producer = new IdempotentProducer(log, name, {
  fetch: persistent,
  onError: (error) => {
    console.log(`gave up\t\t${error.message.replaceAll(/\s/g, " ")}`);
    process.exitCode = 1;
  },
});

let ended = false;
process.stdin.on("end", () => (ended = true)).resume();
const began = performance.now();
for (let n = 0; !ended; n += 1) {
  console.log(`sent\t\t${n}`);
  producer.append(JSON.stringify({ from: name, n }));
  // By the clock: what a pause takes too long, the next one is shorter.
  await pause(Math.max(0, began + (n + 1) * Number(every) - performance.now()));
}
await producer.flush();
await producer.detach();
