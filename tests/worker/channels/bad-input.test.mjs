// What nobody should send to a channel, what it is answered, and that the channels are afterwards
// what they were before.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  AUTHORIZED,
  at,
  call,
  channelVars,
  ordinal,
  ours,
  protocol,
  requestBytes,
} from "../../support/channels-clients.mjs";
import { Exchange } from "../../support/client.mjs";
import { runtimeWith } from "../../support/suite.mjs";

const MAX_APPEND_BYTES = 1_114_112; // the default
const JSON_TYPE = "application/json";
const STREAM = { accept: "text/event-stream" };
const row = (status, method, path, headers = {}, body = "") => ({ status, method, path, headers, body });

/** A body of these bytes. */
const bytes = (...values) => String.fromCharCode(...values);
const chunked = (...chunks) =>
  [...chunks, ""].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("");
const raw = (status, head, body = "", name = head) => ({ status, raw: `${head}\r\n\r\n${body}`, name });
const rawPost = (status, lines, body, name) =>
  raw(
    status,
    [
      `POST ${protocol("bad/json")} HTTP/1.1`,
      "Host: x",
      `Authorization: ${AUTHORIZED.Authorization}`,
      `Content-Type: ${JSON_TYPE}`,
      ...lines,
    ].join("\r\n"),
    body,
    name,
  );

const post = (status, name, headers, body = "1") =>
  row(status, "POST", protocol(name), { "content-type": JSON_TYPE, ...headers }, body);
const json = (status, body) => post(status, "bad/json", {}, body);
const producer = (status, id, epoch, seq) =>
  post(status, "bad/json", { "producer-id": id, "producer-epoch": epoch, "producer-seq": seq });
const put = (status, name, headers, body) => row(status, "PUT", protocol(name), headers, body);
const read = (status, query, headers) => row(status, "GET", `${protocol("bad/json")}?${query}`, headers);
const view = (status, query, headers) =>
  row(status, "GET", `${ours("bad/json")}?${query}`, { ...STREAM, ...headers });
const anonymous = (status, method, path, authorization, headers = {}, body = "") =>
  row(status, method, path, { ...headers, Authorization: authorization }, body);

const tables = {
  methods: [
    ...["PATCH", "TRACE", "PROPFIND", "QUERY", "MKCOL", "LOCK", "PURGE", "REPORT"].flatMap((method) => [
      row(405, method, ours("bad/json")),
      row(405, method, protocol("bad/json")),
    ]),
    row(404, "DELETE", protocol("bad/missing")),
    row(404, "DELETE", ours("bad/missing")),
    row(404, "HEAD", protocol("bad/missing")),
    row(404, "HEAD", ours("bad/missing")),
    row(404, "GET", protocol("bad/missing")),
    row(404, "GET", ours("bad/missing")),
    row(404, "GET", `${protocol("bad/missing")}?offset=-1&live=sse`),
    row(404, "GET", `${protocol("bad/missing")}?offset=-1&live=long-poll`),
    post(404, "bad/missing", {}),
  ],

  names: [
    ...[
      "/", // none at all
      "//",
      "/a//b",
      "//a",
      "/a/",
      "/.",
      "/..",
      "/a/./b",
      "/a/../b",
      "/%2e%2e/a",
      "/a/%2E%2e",
      "/a%2f%2fb",
      "/a%2f..%2fb",
      "/a%00b",
      "/a%0ab",
      "/a%0d%0ab",
      "/a%7fb",
      "/a%c2%85b", // a control character beyond ASCII
      "/%ff",
      "/%c3%28",
      "/%ed%a0%80", // half of a pair
      "/%f4%90%80%80", // beyond Unicode
      "/%c0%af", // a slash, two bytes long
      `/${"a".repeat(257)}`,
      `/${"%c3%a9".repeat(128)}a`,
      `/${"a".repeat(8000)}`,
    ].flatMap((name) => [
      row(400, "POST", `/channels${name}`, { "content-type": JSON_TYPE }, "1"),
      row(400, "GET", `/v1/stream${name}`),
    ]),
    ...["/__ds", "/__ds/x", "/__ds%2fx", "/%5f%5fds/subscriptions/x"].flatMap((name) => [
      row(501, "PUT", `/v1/stream${name}`, { "content-type": JSON_TYPE }),
      row(501, "GET", `/channels${name}`),
    ]),
    row(404, "GET", protocol("a".repeat(256))),
    row(404, "GET", protocol("%252e%252e")), // its name is %2e%2e
    row(200, "GET", protocol("bad%2fjson")),
    row(200, "GET", protocol("b%61d/json")),
    row(404, "GET", protocol("BAD/json")),
  ],

  offsets: [
    ...[
      "",
      "-2",
      "-1%20",
      "--1",
      "0",
      "1",
      "NOW",
      "now%20",
      "null",
      "%2B1",
      "1_2",
      "_",
      "0000000000000000_000000000000000",
      "000000000000000_0000000000000000",
      "00000000000000000_0000000000000000",
      "0000000000000000-0000000000000000",
      "0000000000000000_000000000000000x",
      "0000000000000000_0000000000000000%00",
      "0000000000000000_0000000000000000%0a",
      "0000000000000000_0000000000000000,1",
      "a,b",
      "a/b",
      "..",
      "a%26b",
      "%ff",
      "%D9%A1_%D9%A1",
      "x".repeat(300),
      "9".repeat(20_000),
    ].flatMap((offset) => [read(400, `offset=${offset}`), view(400, `offset=${offset}`)]),
    read(400, "offset=9999999999999999_9999999999999999"),
    read(400, "offset"),
    read(400, "offset=-1&offset=-1"),
    read(400, "offset=-1&offset=now"),
    read(400, "live=sse"),
    read(400, "live=long-poll"),
    read(400, "live=sse&offset="),
    read(400, "live=SSE&offset=-1"),
    read(400, "live=&offset=-1"),
    read(400, "live=websocket&offset=-1"),
    read(400, "live=sse&offset=1_2"),
    read(400, "live=long-poll&offset=1_2"),
    ...["0", "-1", "1001", "1.5", "1e2", "", "x", "%2B5", "99999999999999999999", "%D9%A1"].map((last) =>
      view(400, `last=${last}`),
    ),
    view(400, "last"),
  ],

  "JSON bodies": [
    ...[
      "",
      " \n\t",
      "[]",
      " [ ] ",
      "{",
      "}",
      "[",
      "]",
      "[1,]",
      "[,1]",
      "[1 2]",
      "[1][2]",
      "1 2",
      "{,}",
      "{1:2}",
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      "{'a':1}",
      "{a:1}",
      '"abc',
      '"a\nb"',
      '"a\tb"',
      '"a\0b"',
      '"\\x41"',
      '"\\u12"',
      '"\\u12G4"',
      "01",
      "+1",
      ".5",
      "1.",
      "1e",
      "1e+",
      "-",
      "--1",
      "0x10",
      "NaN",
      "Infinity",
      "undefined",
      "nul",
      "True",
      "// no\n1",
      "/* no */1",
      "1;",
      bytes(0xef, 0xbb, 0xbf, 0x31), // a byte order mark
      bytes(0x22, 0xff, 0x22),
      bytes(0x22, 0xc3, 0x28, 0x22),
      bytes(0x22, 0xc0, 0xaf, 0x22), // too long a form
      bytes(0x22, 0xed, 0xa0, 0x80, 0x22), // half of a pair
      bytes(0x22, 0xf4, 0x90, 0x80, 0x80, 0x22), // beyond Unicode
      bytes(0x22, 0xe2, 0x82, 0x22), // a character that ends too soon
      bytes(0xff, 0xfe, 0x31, 0x00), // UTF-16
      "\0",
      '[1,{"a":[2,"\\q"]}]', // one bad message among good ones
    ].map((body) => json(400, body)),
    json(400, "[".repeat(10_000)),
    json(400, `${'{"a":'.repeat(10_000)}1`),
    json(400, "[".repeat(1_000_000)),
    json(413, "[".repeat(8 << 20)),
    json(413, `"${"a".repeat(MAX_APPEND_BYTES - 1)}"`),
    json(413, " ".repeat(MAX_APPEND_BYTES + 1)),
  ],

  "other bodies": [
    row(400, "POST", protocol("bad/text"), { "content-type": "text/plain" }),
    row(400, "POST", protocol("bad/binary"), { "content-type": "application/octet-stream" }),
    row(
      413,
      "POST",
      protocol("bad/binary"),
      { "content-type": "application/octet-stream" },
      "a".repeat(MAX_APPEND_BYTES + 1),
    ),
    row(
      413,
      "POST",
      protocol("bad/text"),
      { "content-type": "text/plain" },
      "a".repeat(MAX_APPEND_BYTES + 1),
    ),
    row(400, "POST", protocol("bad/text"), { "content-type": "text/plain", "stream-closed": "false" }),
    rawPost(
      400,
      ["Transfer-Encoding: chunked"],
      chunked("[1", ",,2]"),
      "bad JSON in chunks, without a length",
    ),
    rawPost(400, ["Transfer-Encoding: chunked"], chunked(), "nothing, in chunks"),
    rawPost(
      413,
      ["Transfer-Encoding: chunked"],
      chunked(...Array.from({ length: 40 }, () => " ".repeat(32_768))),
      "too much in chunks, without a length",
    ),
    rawPost(413, [`Content-Length: ${9 << 20}`], "[".repeat(9 << 20), "9 MiB"),
    raw(400, `POST ${protocol("bad/json")} HTTP/1.1\r\nHost: x\r\nContent-Length: -1`),
    raw(400, `POST ${protocol("bad/json")} HTTP/1.1\r\nContent-Length: 1`, "1"), // no Host
  ],

  "content types": [
    row(400, "POST", protocol("bad/json"), {}, "1"),
    row(400, "POST", protocol("bad/json"), { "content-type": "" }, "1"),
    ...[
      "text/plain",
      "application/octet-stream",
      "application/jsonp",
      "application/ld+json",
      "text/json",
    ].map((type) => post(409, "bad/json", { "content-type": type })),
    post(409, "bad/text", {}),
    post(409, "bad/binary", { "content-type": "text/plain" }),
    ...["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"].map((type) =>
      row(415, "POST", ours("bad/new"), { "content-type": type }, "hello=world"),
    ),
    row(400, "POST", ours("bad/new"), {}, "1"),
    row(400, "POST", ours("bad/new"), { "content-type": "json" }, "1"),
    row(400, "POST", ours("bad/new"), { "content-type": JSON_TYPE }, "{"),
    row(400, "POST", ours("bad/new"), { "content-type": JSON_TYPE }),
    put(400, "bad/new", { "content-type": "json" }),
    put(400, "bad/new", { "content-type": JSON_TYPE }, "{"),
  ],

  producers: [
    post(400, "bad/json", { "producer-id": "x" }),
    post(400, "bad/json", { "producer-epoch": "0" }),
    post(400, "bad/json", { "producer-seq": "0" }),
    post(400, "bad/json", { "producer-id": "x", "producer-epoch": "0" }),
    post(400, "bad/json", { "producer-id": "x", "producer-seq": "0" }),
    post(400, "bad/json", { "producer-epoch": "0", "producer-seq": "0" }),
    producer(400, "", "0", "0"),
    ...["", "-1", "+1", "1.0", "1e3", "0x1", "abc", "1 2", "9007199254740992", "9".repeat(40)].flatMap(
      (number) => [producer(400, "x", number, "0"), producer(400, "x", "0", number)],
    ),
    producer(409, "unknown", "0", "1"),
    producer(409, "known", "3", "2"), // 1 is next
    producer(403, "known", "2", "1"), // an epoch of the past
    producer(403, "known", "0", "0"),
    producer(400, "known", "4", "1"), // a new epoch begins at 0
    producer(204, "known", "3", "0"), // a repeat is harmless
    producer(400, "x".repeat(20_000), "0", "0"),
  ],

  "headers of the protocol": [
    post(409, "bad/json", { "stream-seq": "b" }), // the last one
    post(409, "bad/json", { "stream-seq": "a" }),
    post(409, "bad/json", { "stream-seq": "B" }), // by bytes
    ...["ready", "gap", "rotate", "overload", "closed", "a b", "é", "a\tb", "a,b", "x".repeat(65)].map(
      (name) => post(400, "bad/json", { "stream-event": name }),
    ),
    post(400, "bad/json", { "stream-event": "" }),
    post(409, "bad/closed", {}),
    post(409, "bad/closed", { "stream-closed": "true" }),
    post(204, "bad/closed", { "stream-closed": "true" }, ""), // closing twice is harmless
    post(400, "bad/json", { "stream-closed": "yes" }, ""),
    ...["+1", "01", "1.5", "1e3", "-1", "", "abc", "1 ", "0x10", "9".repeat(30)]
      .filter((ttl) => ttl !== "1 ")
      .map((ttl) => put(400, "bad/new", { "content-type": JSON_TYPE, "stream-ttl": ttl })),
    ...[
      "tomorrow",
      "",
      "2026-13-01T00:00:00Z",
      "2026-11-31T00:00:00Z",
      "2026-11-25",
      "2026-11-25T00:00:00",
      "1795477215",
      "Wed, 25 Nov 2026 00:00:00 GMT",
    ].map((when) => put(400, "bad/new", { "content-type": JSON_TYPE, "stream-expires-at": when })),
    put(400, "bad/new", {
      "content-type": JSON_TYPE,
      "stream-ttl": "60",
      "stream-expires-at": "2099-01-01T00:00:00Z",
    }),
    put(501, "bad/new", { "content-type": JSON_TYPE, "stream-forked-from": protocol("bad/json") }),
    put(409, "bad/json", { "content-type": "text/plain" }),
    put(409, "bad/json", { "content-type": JSON_TYPE, "stream-ttl": "60" }),
    put(409, "bad/json", { "content-type": JSON_TYPE, "stream-closed": "true" }),
    put(409, "bad/closed", { "content-type": JSON_TYPE }),
    put(200, "bad/json", { "content-type": "APPLICATION/JSON; charset=utf-8" }), // the same again
    put(200, "bad/json", { "content-type": JSON_TYPE }, "[1,2,3]"), // the body of a repeat is ignored
    read(200, "", { "if-none-match": "garbage" }),
    read(200, "", { "if-none-match": '"x", W/"y"' }),
    read(200, "", { range: "bytes=0-1" }),
    read(200, "offset=-1&unknown=%00&x[]=1", {}),
  ],

  permissions: [
    ...[
      undefined,
      "",
      "Bearer",
      "Bearer ",
      "Bearer x",
      `Basic ${btoa("user:password")}`,
      `Token ${AUTHORIZED.Authorization.slice(7)}`,
      AUTHORIZED.Authorization.slice(7),
      AUTHORIZED.Authorization.slice(0, -1),
      `${AUTHORIZED.Authorization}x`,
      `${AUTHORIZED.Authorization}, x`,
      `Bearer ${"x".repeat(10_000)}`,
    ].flatMap((authorization) => [
      anonymous(401, "POST", ours("bad/json"), authorization, { "content-type": JSON_TYPE }, "1"),
      anonymous(401, "GET", protocol("bad/json"), authorization),
    ]),
    ...["PUT", "DELETE", "HEAD"].map((method) => anonymous(401, method, protocol("bad/json"), undefined)),
    ...["POST", "PUT", "DELETE"].map((method) =>
      anonymous(
        401,
        method,
        protocol("open/json"),
        undefined,
        { "content-type": JSON_TYPE },
        method === "DELETE" ? "" : "1",
      ),
    ),
    anonymous(401, "GET", ours("bad/json"), undefined, STREAM),
    anonymous(401, "GET", `${protocol("bad/json")}?offset=-1&live=sse`, undefined),
    anonymous(
      401,
      "GET",
      `${protocol("bad/json")}?access_token=${AUTHORIZED.Authorization.slice(7)}`,
      undefined,
    ),
    anonymous(401, "GET", protocol("bad/missing"), undefined), // the same as where there is one
    anonymous(200, "GET", protocol("open/json"), undefined),
    anonymous(401, "GET", protocol("opened"), undefined),
    anonymous(401, "GET", protocol("Open/json"), undefined),
    anonymous(400, "GET", protocol("open/../bad/json"), undefined),
    anonymous(400, "GET", protocol("open%2f..%2fbad%2fjson"), undefined),
  ],
};

const count = Object.values(tables).flat().length;

describe(`bad input to channels: ${count} requests`, () => {
  const runtime = runtimeWith(channelVars);
  let untouched;

  const names = ["bad/json", "bad/text", "bad/binary", "bad/closed", "open/json", "bad/new", "bad/missing"];

  /** Everything that a reader can learn of these channels. */
  const everything = (some = names) =>
    Promise.all(
      some.map(async (name) => {
        const { status, headers, text } = await call(runtime, "GET", protocol(name));
        const { "stream-next-offset": tail, "stream-closed": closed, etag, "content-type": type } = headers;
        return { name, status, tail, closed, etag, type, text: status === 200 ? text : undefined };
      }),
    );

  before(async () => {
    assert.ok(count >= 150, `${count} requests`);
    const make = async (name, type, bodies, headers = {}) => {
      const created = await call(runtime, "PUT", protocol(name), { headers: { "Content-Type": type } });
      assert.equal(created.status, 201, created.text);
      for (const [body, more] of bodies) {
        const answer = await call(runtime, "POST", protocol(name), {
          headers: { "Content-Type": type, ...headers, ...more },
          body,
        });
        assert.ok(answer.status === 204 || answer.status === 200, `${answer.status} ${answer.text}`);
      }
    };
    const known = { "Producer-Id": "known", "Producer-Epoch": "3", "Producer-Seq": "0" };
    await make("bad/json", JSON_TYPE, [
      ['[{"a":1},2]', {}],
      ["3", known],
      ["4", { "Stream-Seq": "b" }],
    ]);
    await make("bad/text", "text/plain", [["one\r\ntwo", {}]]);
    await make("bad/binary", "application/octet-stream", [[bytes(0, 255, 10, 13), {}]]);
    await make("bad/closed", JSON_TYPE, [["1", { "Stream-Closed": "true" }]]);
    await make("open/json", JSON_TYPE, [["1", {}]]);
    untouched = await everything();
    assert.deepEqual(
      untouched.map(({ status }) => status),
      [200, 200, 200, 200, 200, 404, 404],
    );
  });

  // Rows that depend on a place that is known only now.
  it("an offset one beyond the end, or of another life of the channel, is refused", async () => {
    const { tail } = untouched[0];
    const ask = async (offset, query = "") =>
      (await call(runtime, "GET", `${protocol("bad/json")}?offset=${offset}${query}`)).status;
    assert.equal(await ask(tail), 200);
    assert.equal(await ask(at(tail, ordinal(tail) + 1)), 400);
    const earlier = `${String(Number(tail.slice(0, 16)) - 1).padStart(16, "0")}_${tail.slice(17)}`;
    for (const query of ["", "&live=sse", "&live=long-poll"]) assert.equal(await ask(earlier, query), 410);
    assert.deepEqual(await everything(), untouched);
  });

  for (const [what, table] of Object.entries(tables)) {
    describe(what, () => {
      after(async () => assert.deepEqual(await everything(), untouched));
      for (const entry of table) {
        const shown =
          entry.name ??
          [
            entry.method,
            entry.path,
            ...Object.entries(entry.headers).map(([name, value]) => `${name}: ${value}`),
            entry.body,
          ].join(" ");
        it(`${JSON.stringify(shown).slice(0, 110)} is answered ${entry.status}`, async () => {
          const { method, path, headers, body } = entry;
          const raw = entry.raw
            ? Buffer.from(entry.raw, "latin1")
            : requestBytes(runtime.port, method, path, { ...AUTHORIZED, ...headers }, body);
          const answer = new Exchange(runtime.port, { method, raw });
          try {
            await answer.head();
            await answer.finished();
          } finally {
            answer.reset();
          }
          assert.equal(answer.status, entry.status, answer.text);
          if (entry.status >= 400 && entry.method && entry.method !== "HEAD") {
            assert.equal(answer.headers["content-type"], "application/problem+json");
            const { status, title, detail } = answer.json();
            assert.equal(status, entry.status);
            assert.ok(title && /[.)]$/.test(detail), `a sentence: ${detail}`);
          }
          if (entry.status === 405) assert.match(answer.headers.allow, /\bPOST\b/);
          if (entry.status === 401) assert.match(answer.headers["www-authenticate"], /^Bearer/);
          // The one that it names, and the one that most rows name; all of them after each table.
          const named = names.filter((name) => name === "bad/json" || shown.includes(name));
          const now = await everything(named);
          const before = untouched.filter(({ name }) => named.includes(name));
          untouched = untouched.map((old) => now.find(({ name }) => name === old.name) ?? old); // so that one row's fault is not all others'
          assert.deepEqual(now, before);
        });
      }
    });
  }

  describe("what is odd but good", () => {
    // Each makes a channel of its own, so that the others stay as they were.
    const odd = [
      ["half of a pair, escaped", JSON_TYPE, '"\\ud800"', '["\\ud800"]'],
      ["the same name twice", JSON_TYPE, '{"a":1,"a":2}', '[{"a":1,"a":2}]'],
      [
        "a number that no double holds",
        JSON_TYPE,
        "123456789012345678901234567890",
        "[123456789012345678901234567890]",
      ],
      [
        "tokens as they were sent",
        JSON_TYPE,
        ' { "a" : 1.0e+0 , "b" : "\\u0041" } ',
        '[{"a":1.0e+0,"b":"\\u0041"}]',
      ],
      ["an array in an array", JSON_TYPE, "[[1,2],[]]", "[[1,2],[]]"],
      ["null", JSON_TYPE, "null", "[null]"],
      ["text that is no UTF-8", "text/plain", bytes(0xff, 0xfe), bytes(0xff, 0xfe)],
    ];
    for (const [k, [what, type, body, expected]] of odd.entries()) {
      it(`${what} is kept`, async () => {
        const headers = { "Content-Type": type };
        const { status, text } = await call(runtime, "POST", ours(`odd/${k}`), { headers, body });
        assert.equal(status, 201, text);
        const read = await call(runtime, "GET", protocol(`odd/${k}`));
        assert.equal(read.body.toString("latin1"), expected);
      });
    }
  });
});
