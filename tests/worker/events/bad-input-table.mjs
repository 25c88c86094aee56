// Each request that nobody should send, and its answer.
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../support/runtime.mjs";

// The answers. A string is the whole body; an object is the whole problem; STREAM begins a stream.
export const STREAM = Symbol("a stream that starts afresh");
const NOT_FOUND = readFileSync(path.join(root, "public/404.html"), "utf8");
const badInterval = (value) => ({
  status: 400,
  title: "Bad Request",
  detail: "The query parameter interval must be a whole number from 100 to 60000.",
  parameter: "interval",
  value,
  allowed: "a whole number from 100 to 60000",
});
// The one table of formats: a new one is no failure here.
const ticks = readFileSync(path.join(root, "src/clock/ticks.rs"), "utf8");
export const formatNames = [...ticks.matchAll(/\("(\w+)", Self::\w+\)/g)].map(([, name]) => name);
const formats = `${formatNames.slice(0, -1).join(", ")} or ${formatNames.at(-1)}`;
const badFormat = (value) => ({
  status: 400,
  title: "Bad Request",
  detail: `The query parameter format must be ${formats}.`,
  parameter: "format",
  value,
  allowed: formats,
});
const badMethod = (allow) => ({
  status: 405,
  title: "Method Not Allowed",
  detail: `Allowed here: ${allow}.`,
});
const unacceptable = {
  status: 406,
  title: "Not Acceptable",
  detail: "This resource is text/event-stream, which the Accept header excludes.",
};

const get = (target, status, body, headers = {}) => ({ method: "GET", target, headers, status, body });
const call = (method, target, status, body, allow) => ({ method, target, headers: {}, status, body, allow });
const accept = (value, status, body) => get("/events", status, body, { Accept: value });
const lastId = (value) => get("/events", 200, STREAM, { "Last-Event-ID": value });
const raw = (text, status, body) => ({ raw: text, status, body });

export const table = [
  // interval at the edges of its range, and what is no number
  get("/events?interval=99", 400, badInterval("99")),
  get("/events?interval=100", 200, STREAM),
  get("/events?interval=101", 200, STREAM),
  get("/events?interval=59999", 200, STREAM),
  get("/events?interval=60000", 200, STREAM),
  get("/events?interval=60001", 400, badInterval("60001")),
  get("/events?interval=0", 400, badInterval("0")),
  get("/events?interval=-100", 400, badInterval("-100")),
  get("/events?interval=+100", 400, badInterval(" 100")),
  get("/events?interval=%2B100", 400, badInterval("+100")),
  get("/events?interval=", 400, badInterval("")),
  get("/events?interval", 400, badInterval("")),
  get("/events?interval=1000.0", 400, badInterval("1000.0")),
  get("/events?interval=1e3", 400, badInterval("1e3")),
  get("/events?interval=0x3e8", 400, badInterval("0x3e8")),
  get("/events?interval=1000ms", 400, badInterval("1000ms")),
  get("/events?interval=NaN", 400, badInterval("NaN")),
  get("/events?interval=Infinity", 400, badInterval("Infinity")),
  get("/events?interval=1_000", 400, badInterval("1_000")),
  get("/events?interval=1%20000", 400, badInterval("1 000")),
  get("/events?interval=4294967396", 400, badInterval("4294967396")), // 100 more than 32 bits hold
  get("/events?interval=18446744073709551716", 400, badInterval("18446744073709551716")), // and 64
  get("/events?interval=%D9%A1%D9%A0%D9%A0%D9%A0", 400, badInterval("١٠٠٠")), // digits, but not ASCII's
  get("/events?interval=100&format=xml", 400, badFormat("xml")),
  get("/events?interval=1000&interval=1", 200, STREAM), // the first of a name counts
  get("/events?interval=1&interval=1000", 400, badInterval("1")),
  get("/events?interval=%31%30%30", 200, STREAM),
  get("/events?%69nterval=1", 400, badInterval("1")),
  get("/events?interval=100;format=xml", 400, badInterval("100;format=xml")),

  // format
  get("/events?format=iso", 200, STREAM),
  get("/events?format=ISO", 400, badFormat("ISO")),
  get("/events?format=", 400, badFormat("")),
  get("/events?format", 400, badFormat("")),
  get("/events?format=iso%20", 400, badFormat("iso ")),
  get("/events?format=unix,json", 400, badFormat("unix,json")),
  get("/events?format=%3Cscript%3E", 400, badFormat("<script>")),

  // values are given back as they were sent, cut at 64 bytes and never inside a character
  get(`/events?format=${"x".repeat(64)}`, 400, badFormat("x".repeat(64))),
  get(`/events?format=${"x".repeat(65)}`, 400, badFormat("x".repeat(64))),
  get(`/events?format=${"x".repeat(63)}%C3%A9`, 400, badFormat("x".repeat(63))),
  get(`/events?interval=${"9".repeat(50_000)}`, 400, badInterval("9".repeat(64))),

  // encodings
  get("/events?format=%00", 400, badFormat("\0")),
  get("/events?format=%ff", 400, badFormat("\ufffd")),
  get("/events?format=%zz", 400, badFormat("%zz")),
  get("/events?format=%", 400, badFormat("%")),
  get("/events?format=%E2%80%A8", 400, badFormat("\u2028")),
  get("/events?format=iso%0d%0aX-Injected:%20yes", 400, badFormat("iso\r\nX-Injected: yes")),
  get("/events?format=iso%0a%0adata:%20fake", 400, badFormat("iso\n\ndata: fake")),

  // names that are not known are nobody's business
  get("/events?INTERVAL=1", 200, STREAM),
  get("/events?interval%20=1", 200, STREAM),
  get("/events?_=1&=&&%zz=%ff&interval[]=1", 200, STREAM),
  get("/events??interval=1", 200, STREAM),
  get(`/events?x=${"a".repeat(60_000)}`, 200, STREAM),

  // Last-Event-ID is never an error
  lastId(""),
  lastId("abc"),
  lastId("-1"),
  lastId("1"),
  lastId("99999999999999999999999999"),
  lastId("1795325710000; DROP TABLE ticks"),
  lastId("\xff\xfe"),
  lastId("9".repeat(60_000)),
  get("/events?last_event_id=%00", 200, STREAM),
  get("/events?last_event_id=%0a%0adata:%20fake", 200, STREAM),
  get(`/events?last_event_id=${"9".repeat(50_000)}`, 200, STREAM),

  // Accept
  accept("*/*", 200, STREAM),
  accept("text/*", 200, STREAM),
  accept("Text/Event-Stream", 200, STREAM),
  accept("text/html, */*;q=0.1", 200, STREAM),
  accept("text/event-stream; charset=utf-8", 200, STREAM),
  accept("", 200, STREAM),
  accept("application/json", 406, unacceptable),
  accept("text/html", 406, unacceptable),
  accept("text/html, application/*", 406, unacceptable),
  accept("text/event-stream;q=0", 406, unacceptable),
  accept("text/event-stream;q=0.000, */*", 406, unacceptable),
  accept("*/*;q=0", 406, unacceptable),
  accept("text/event-streams", 406, unacceptable),
  accept("nonsense", 406, unacceptable),

  // methods
  ...["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "QUERY"].map((method) =>
    call(method, "/events", 405, badMethod("GET, HEAD, OPTIONS"), "GET, HEAD, OPTIONS"),
  ),
  ...["POST", "PUT", "DELETE", "OPTIONS"].map((method) =>
    call(method, "/health", 405, badMethod("GET, HEAD"), "GET, HEAD"),
  ),
  ...["POST", "DELETE", "OPTIONS"].map((method) =>
    call(method, "/", 405, badMethod("GET, HEAD"), "GET, HEAD"),
  ),
  call("POST", "/nope", 405, badMethod("GET, HEAD"), "GET, HEAD"),
  call("HEAD", "/events?interval=99", 400, ""),
  call("POST", "/events?interval=99", 405, badMethod("GET, HEAD, OPTIONS"), "GET, HEAD, OPTIONS"),

  // paths
  ...[
    "/EVENTS",
    "/events/",
    "/events/x",
    "/events%20",
    "/events%00",
    "/%2565vents",
    "/health/",
    "/x/../events",
    "/.%2e/events",
  ].map((target) => get(target, 404, NOT_FOUND)),
  get("/%65%76%65%6e%74%73?interval=99", 400, badInterval("99")),
  get(
    "/health?interval=99&format=x",
    200,
    '{"status":"ok","version":"VERSION","live_streams":LIVE,"channels":"closed"}',
  ),

  // what the platform refuses before the Worker sees it
  raw("GET /events?interval=99 HTTP/1.1\r\n\r\n", 400, "Bad Request"), // no Host
  raw("get /events HTTP/1.1\r\nHost: x\r\n\r\n", 501, "ERROR: Unrecognized request method."),
  raw("BREW /events HTTP/1.1\r\nHost: x\r\n\r\n", 501, "ERROR: Unrecognized request method."),
  raw("GET /eve nts HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid HTTP version parsed"),
  raw("GET /events\0 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid URI"),
  raw("GET /events?format=\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid URI"),
  raw("GET /events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 1\0\r\n\r\n", 400, "invalid HTTP header parsed"),
  raw(`GET /events?x=${"a".repeat(70_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414, "URI too long"),
  raw(
    `GET /events HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(1_000_000)}\r\n\r\n`,
    431,
    "message head is too large",
  ),

  // repeated and foreign things that reach the Worker all the same
  raw("GET /events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 60000\r\nLast-Event-ID: 60000\r\n\r\n", 200, STREAM),
  raw(
    "GET /events HTTP/1.1\r\nHost: x\r\nAccept: image/png\r\nAccept: text/event-stream\r\n\r\n",
    200,
    STREAM,
  ),
  raw("GET http://elsewhere.example/events?interval=99 HTTP/1.1\r\nHost: x\r\n\r\n", 400, badInterval("99")),
  raw(
    "GET /events?interval=99 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    400,
    badInterval("99"),
  ),
];
