// The protocol's own suite, against the server that run.mjs has started. It knows nothing of tokens, and
// every channel is closed: each of its requests gets the secret here.
import { runConformanceTests } from "@durable-streams/server-conformance-tests";

const { SERVER_URL = "", CHANNELS_SECRET } = process.env;
const { fetch } = globalThis;

globalThis.fetch = (resource, init) => {
  const request = new Request(resource, init);
  if (request.url.startsWith(SERVER_URL)) request.headers.set("authorization", `Bearer ${CHANNELS_SECRET}`);
  return fetch(request);
};

runConformanceTests({ baseUrl: SERVER_URL, longPollTimeoutMs: 500 });
