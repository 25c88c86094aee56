// A page that was kept in the back-forward cache and is shown again.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ScriptedChannel, START, script, settle } from "./scripted.mjs";

describe("a tab that comes back from the back-forward cache", () => {
  const { sources, source, listen } = script();

  it("gets from the others what it did not hear there", async (t) => {
    const browser = /** @type {any} */ (globalThis);
    const window = new EventTarget();
    const tick = async (ms) => {
      source().tick(START + ms);
      await settle();
    };
    listen({ shared: true });
    await settle();
    source().open();
    await tick(0);
    // Only what comes now hears the window.
    browser.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
    browser.addEventListener = window.addEventListener.bind(window);
    t.after(() => {
      delete browser.document;
      delete browser.addEventListener;
    });
    const kept = listen({ shared: true });
    await settle();
    await tick(1000);

    const channel = [...ScriptedChannel.all].at(-1);
    ScriptedChannel.all.delete(channel);
    for (const ms of [2000, 3000, 4000]) await tick(ms);
    ScriptedChannel.all.add(channel);
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    await tick(5000); // before the answer is there, or after it
    await tick(6000);
    assert.deepEqual(
      kept.ids().map((id) => id - START),
      [0, 1000, 2000, 3000, 4000, 5000, 6000],
    );
    assert.deepEqual(kept.of("gap"), []);
    assert.equal(sources.length, 1);
  });
});
