// Deployed without a secret: the channels are closed, and everything else is as ever.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { AUTHORIZED, call, channelVars, JSON_TYPE, ours, protocol } from "../../support/channels-clients.mjs";
import { storageFor } from "../../support/channels-processes.mjs";
import { open, request } from "../../support/client.mjs";
import { startRuntime } from "../../support/runtime.mjs";

/** The databases of channels in this folder; each has the object's id as its name. */
const databases = (dir) =>
  readdirSync(dir, { recursive: true }).filter((file) => /Channel.[0-9a-f]{64}\.sqlite$/.test(String(file)));

const everyRequest = [ours("a/b"), ours("open/x"), protocol("a/b"), protocol("open/x")].flatMap((target) => [
  ["GET", target],
  ["GET", `${target}?offset=-1`],
  ["GET", `${target}?offset=-1&live=sse`],
  ["GET", `${target}?offset=-1&live=long-poll`],
  ["GET", target, { Accept: "text/event-stream" }],
  ["HEAD", target],
  ["POST", target, JSON_TYPE, "1"],
  ["PUT", target, JSON_TYPE],
  ["DELETE", target],
]);

describe("without a secret", () => {
  for (const [what, secret] of Object.entries({ "that is not set": null, "that is empty": "" })) {
    it(`${what}, every request for a channel is 403, nothing is written, and all else is as ever`, async (test) => {
      const persist = storageFor(test);
      const vars = { ...channelVars, CHANNELS_SECRET: secret, PUBLIC_CHANNELS: "open/*" };
      const runtime = await startRuntime({ vars, persist });
      test.after(() => runtime.stop());
      const permissions = [undefined, AUTHORIZED.Authorization, "Bearer ", "Bearer null", "Bearer undefined"];
      for (const [method, target, headers = {}, body] of /** @type {any[][]} */ (everyRequest)) {
        for (const Authorization of permissions) {
          const answer = await call(runtime, method, target, {
            headers: { ...headers, Authorization },
            body,
          });
          assert.equal(answer.status, 403, `${method} ${target} ${Authorization}: ${answer.text}`);
          if (method === "HEAD") continue;
          assert.equal(answer.headers["content-type"], "application/problem+json");
          assert.doesNotMatch(answer.text, /CHANNELS_SECRET/, "what is missing is the owner's business");
        }
      }
      assert.deepEqual(databases(persist), []);
      const named = runtime.logs().filter(({ message }) => message.includes("CHANNELS_SECRET"));
      assert.ok(named.length > 0, "the log names what is missing");

      assert.equal((await request(runtime, { path: "/" })).status, 200);
      assert.equal((await request(runtime, { path: "/health" })).json().status, "ok");
      const events = await open(runtime, { path: "/events?interval=100" }).hasTicks(3);
      events.leave();
    });
  }

  it("the same requests with one write a database, so that the look for it means something", async (test) => {
    const persist = storageFor(test);
    const runtime = await startRuntime({ vars: channelVars, persist });
    test.after(() => runtime.stop());
    assert.equal((await call(runtime, "POST", ours("a/b"), { headers: JSON_TYPE, body: "1" })).status, 201);
    assert.equal(databases(persist).length, 1, readdirSync(persist, { recursive: true }).join("\n"));
  });
});
