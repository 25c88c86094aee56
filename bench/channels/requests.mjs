// The requests that the load client sends, as text: all that differs between the servers.
const NAME = "bench";
const SECRET = "only the benchmark knows this secret, and nobody else does";

/** The head of a request without its end, so that lines can follow. */
const head = (line, headers = {}) =>
  [
    `${line} HTTP/1.1`,
    "Host: 127.0.0.1",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
  ].join("\r\n");
const request = (line, headers) => `${head(line, headers)}\r\n`;

const AUTHORIZED = { Authorization: `Bearer ${SECRET}` };
const JSON_BODY = { "Content-Type": "application/json" };
const EVENTS = { Accept: "text/event-stream" };

/** Ours, and any other checkout of it: as an EventSource follows. */
export const OURS = {
  first: request(`GET /channels/${NAME}`),
  create: request(`PUT /channels/${NAME}`, { ...AUTHORIZED, ...JSON_BODY, "Content-Length": 0 }),
  publish: head(`POST /channels/${NAME}`, { ...AUTHORIZED, ...JSON_BODY }),
  follow: request(`GET /channels/${NAME}`, EVENTS),
  followAll: request(`GET /channels/${NAME}?offset=-1`, EVENTS),
  read: request(`GET /channels/${NAME}?offset=-1`),
  comeBack: request(`GET /channels/${NAME}`, { ...EVENTS, "Last-Event-ID": "{place}" }),
  followMany: request("GET /channels/many-{n}", EVENTS),
};

/** The Workers by hand. */
export const BY_HAND = {
  first: request(`GET /channels/${NAME}`),
  publish: head(`POST /channels/${NAME}`, { ...AUTHORIZED, ...JSON_BODY }),
  follow: request(`GET /channels/${NAME}`, EVENTS),
  followAll: request(`GET /channels/${NAME}`, { ...EVENTS, "Last-Event-ID": 0 }),
  read: request(`GET /channels/${NAME}?after=0`),
  comeBack: request(`GET /channels/${NAME}`, { ...EVENTS, "Last-Event-ID": "{place}" }),
  followMany: request("GET /channels/many-{n}", EVENTS),
};

/** Servers of the Durable Streams protocol. */
export const PROTOCOL = {
  first: request(`GET /v1/stream/${NAME}?offset=-1`),
  create: request(`PUT /v1/stream/${NAME}`, { ...JSON_BODY, "Content-Length": 0 }),
  publish: head(`POST /v1/stream/${NAME}`, JSON_BODY),
  follow: request(`GET /v1/stream/${NAME}?offset=now&live=sse`, EVENTS),
  followAll: request(`GET /v1/stream/${NAME}?offset=-1&live=sse`, EVENTS),
  read: request(`GET /v1/stream/${NAME}?offset=-1`),
  comeBack: request(`GET /v1/stream/${NAME}?offset={place}&live=sse`, EVENTS),
  createMany: request("PUT /v1/stream/many-{n}", { ...JSON_BODY, "Content-Length": 0 }),
  followMany: request("GET /v1/stream/many-{n}?offset=now&live=sse", EVENTS),
};

/** What keeps nothing has nothing to read, and here one channel. */
export const KEEPS_NOTHING = {
  first: request("GET /"),
  publish: head("POST /", JSON_BODY),
  follow: request("GET /", EVENTS),
  comeBack: request("GET /", { ...EVENTS, "Last-Event-ID": "{place}" }),
};

/** The same, with an address that answers at once: a reader that is no EventSource would wait for a message. */
export const NCHAN = {
  ...KEEPS_NOTHING,
  first: request("GET /ready"),
  followMany: request("GET /many-{n}", EVENTS),
};

export const OUR_SECRET = SECRET;
/** All that are read here. */
export const OUR_CHANNELS = `${NAME},many-*`;
