// Signatures that others have made, verified by the runtime as our tokens' are. What is no compact form at
// all does not get that far: tests/native/channel_token.rs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { root, startRuntime } from "../../support/runtime.mjs";
import { base64url } from "../../support/tokens.mjs";

const fixture = path.join(root, "tests/worker/channels/fixtures/signatures.mjs");
const wycheproof = path.join(root, "tests/vectors/wycheproof-hs256.json");

/** Three parts, each as base64url has it and in no other way, the last one as long as the hash. */
function isCompact(text) {
  const parts = text.split(".").map((part) => [part, Buffer.from(part, "base64url")]);
  return (
    parts.length === 3 &&
    parts.every(([part, bytes]) => part !== "" && base64url(bytes) === part) &&
    parts[2][1].length === 32
  );
}

describe("the signature", () => {
  let runtime;
  before(async () => {
    const token = path.join(root, "src/platform/front/token.js");
    const modules = [fixture, token].map((file) => ({ type: "ESModule", path: file }));
    const verifier = { name: "verifier", modulesRoot: root, modules, compatibilityDate: "2026-11-17" };
    runtime = await startRuntime({ workers: [verifier] });
  });
  after(() => runtime?.stop());

  async function verifies(key, compact) {
    const [header, payload, signature] = compact.split(".");
    const body = JSON.stringify({ key, signature, signed: `${header}.${payload}` });
    const answer = await runtime.fetchFrom("verifier", "http://verifier/", { method: "POST", body });
    assert.equal(answer.status, 200);
    return answer.json();
  }

  it("of RFC 7515, appendix A.1, is genuine", async () => {
    const key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const payload =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const compact = (header, signature) => `${header}.${payload}.${signature}`;
    const header = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9";
    const signature = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert.equal(await verifies(key, compact(header, signature)), true);
    assert.equal(await verifies(key, compact(header, signature.replace("d", "e"))), false);
    assert.equal(await verifies(key, compact(header.replace("ey", "ez"), signature)), false);
    assert.equal(await verifies(base64url("x".repeat(64)), compact(header, signature)), false);
  });

  it("is judged as Project Wycheproof judges it", async (test) => {
    const { testGroups } = JSON.parse(readFileSync(wycheproof, "utf8"));
    const counts = { genuine: 0, forged: 0, "of another form": 0 };
    for (const { private: key, tests } of testGroups) {
      assert.equal(key.alg, "HS256");
      for (const { jws, result, tcId } of tests) {
        if (!isCompact(jws)) {
          counts["of another form"] += 1;
          continue;
        }
        const genuine = await verifies(key.k, jws);
        counts[genuine ? "genuine" : "forged"] += 1;
        // The same bytes stand there twice, once as valid.
        const contradicted = tests.some((other) => other.jws === jws && other.result === "valid");
        assert.equal(genuine, result === "valid" || contradicted, `tcId ${tcId}`);
      }
    }
    test.diagnostic(JSON.stringify(counts));
    assert.deepEqual(counts, { genuine: 10, forged: 3, "of another form": 27 });
  });
});
