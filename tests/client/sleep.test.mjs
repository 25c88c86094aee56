// A machine that slept, a network that came back, a tab that is looked at again.
import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { LOST, START, script } from "./scripted.mjs";

describe("the connection of the client module", () => {
  const { sources, source, listen } = script();

  for (const [event, target] of [
    ["online", "window"],
    ["pageshow", "window"],
    ["visibilitychange", "document"],
    ["resume", "document"],
  ]) {
    describe(`when timers may have slept: ${event}`, () => {
      const wake = (t) => {
        const [page, window] = [new EventTarget(), new EventTarget()];
        const browser = /** @type {any} */ (globalThis);
        browser.document = Object.assign(page, { visibilityState: "visible" });
        browser.addEventListener = window.addEventListener.bind(window);
        t.after(() => {
          delete browser.document;
          delete browser.addEventListener;
        });
        return () => (target === "window" ? window : page).dispatchEvent(new Event(event));
      };

      it("does not wait for them", (t) => {
        const woken = wake(t);
        listen();
        source().open();
        source().tick(START);
        mock.timers.setTime(START + 3000);
        woken();
        assert.equal(sources.length, 1, "a stream that is well is left alone");
        mock.timers.setTime(START + 3_600_000); // the clock went on and no timer ran, as in sleep
        woken();
        assert.equal(sources.length, 2);
        source().fail(LOST);
        woken();
        assert.equal(sources.length, 3, "waiting is over");
      });

      /** @type {[what: string, begin: (stream: any) => void][]} */
      const waits = [
        ["a full server", () => source().say("overload", { retry_ms: 9000 })],
        ["a server at its CPU limit", () => source().say("rotate", { reason: "cpu", retry_ms: 9000 })],
        ["a cut", (stream) => stream.cut(9000)],
      ];
      for (const [what, begin] of waits) {
        it(`gives its time to ${what}, and no more`, (t) => {
          const woken = wake(t);
          const { stream } = listen();
          source().open();
          source().tick(START);
          begin(stream);
          mock.timers.setTime(START + 8999);
          woken();
          assert.equal(sources.length, 1);
          mock.timers.setTime(START + 9001);
          woken();
          assert.equal(sources.length, 2);
        });
      }
    });
  }
});
