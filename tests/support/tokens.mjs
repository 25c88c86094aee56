// Tokens made by hand, right and wrong in every way: no library would sign most of them.
import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import net from "node:net";

export const SECRET = "a secret that only the tests know, and no server but theirs";
export const PREVIOUS = "the secret before it, which is good until nobody uses it any more";

export const base64url = (value) => Buffer.from(value).toString("base64url");
const part = (value) => base64url(typeof value === "string" ? value : JSON.stringify(value));

/** In so many seconds, as a token has it. */
export const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;

export const HEADER = { alg: "HS256", typ: "JWT" };

export const hmac = (secret, signed, hash = "sha256") =>
  createHmac(hash, secret).update(signed).digest("base64url");

/**
 * A token of these parts; those that are text are taken as they are.
 *
 * @param {any} claims
 * @param {{ header?: any, secret?: any, hash?: string }} [options]
 */
export function sign(claims, { header = HEADER, secret = SECRET, hash = "sha256" } = {}) {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${hmac(secret, signed, hash)}`;
}

/** The same, signed with a key pair of its own. */
export function signAsymmetric(claims, alg) {
  const type = alg === "RS256" ? ["rsa", { modulusLength: 2048 }] : ["ec", { namedCurve: "P-256" }];
  const { privateKey } = generateKeyPairSync(.../** @type {[any, any]} */ (type));
  const signed = `${part({ alg, typ: "JWT" })}.${part(claims)}`;
  const signature = createSign("SHA256").update(signed).sign({ key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

/** Sends exactly these lines, for fetch would put a path and headers in order; the answer's head and body. */
export function exchange(port, [requestLine, ...lines], body = "") {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    const chunks = [];
    socket.on("data", (bytes) => chunks.push(bytes));
    socket.on("error", reject);
    socket.on("end", () => {
      const [head, ...rest] = Buffer.concat(chunks).toString("utf8").split("\r\n\r\n");
      const [status, ...fields] = head.split("\r\n");
      const headers = Object.fromEntries(
        fields.map((field) => field.split(/: ?(.*)/s)).map(([name, value]) => [name.toLowerCase(), value]),
      );
      resolve({ status: Number(status.split(" ")[1]), headers, body: rest.join("\r\n\r\n") });
    });
    const length = body ? [`content-length: ${Buffer.byteLength(body)}`] : [];
    const all = [
      `${requestLine} HTTP/1.1`,
      `host: 127.0.0.1:${port}`,
      "connection: close",
      ...length,
      ...lines,
    ];
    socket.write(`${all.join("\r\n")}\r\n\r\n${body}`);
  });
}
