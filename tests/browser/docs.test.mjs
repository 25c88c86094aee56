// Each example of docs/client.md runs as it is printed, and writes to the console what stands below it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { SECRET } from "../support/channels-clients.mjs";
import { root, startRuntime } from "../support/runtime.mjs";
import { buckets, makeSite } from "../support/site.mjs";
import { inSeconds, sign } from "../support/tokens.mjs";
import { waitFor } from "../support/wait.mjs";
import { withBrowser } from "./browser.mjs";

const read = (name) => readFileSync(path.join(root, name), "utf8");
const docs = read("docs/client.md");
const blocks = [...docs.matchAll(/```js\n/g)].length;
const examples = [...docs.matchAll(/```js\n([\s\S]+?)```\n\n```text\n([\s\S]+?)```/g)];

/** Numbers differ from run to run. */
const shape = (line) => line.trim().replaceAll(/-?\d+/g, "0");

describe("the examples of the client’s documentation", { concurrency: 4 }, () => {
  const started = [];
  let site;
  let runtime;
  before(async () => {
    const elsewhere = await startRuntime({ vars: { ALLOWED_ORIGINS: "*" } });
    started.push(elsewhere);
    const files = {
      _headers: read("public/_headers").replace("connect-src 'self'", `$& ${elsewhere.url}`),
    };
    for (const [k, [, code]] of examples.entries()) {
      files[`example-${k}.js`] = code.replaceAll("https://events.example.com", elsewhere.url);
      files[`example-${k}.html`] =
        `<!doctype html><title>example</title><link rel="icon" href="/favicon.svg"><script type="module" src="/example-${k}.js"></script>`;
    }
    // What a page's back end gives to its users.
    files.token = sign({ exp: inSeconds(3600), subscribe: ["*"], publish: ["*"] }, { secret: SECRET });
    site = makeSite(files);
    runtime = await buckets["Static Assets"](site, { CHANNELS_SECRET: SECRET });
    started.push(runtime);
  });
  after(async () => {
    for (const one of started) await one.stop();
    site?.remove();
  });
  const browser = withBrowser();

  it("are all followed by what they write", () => {
    assert.ok(blocks >= 6);
    assert.equal(examples.length, blocks);
  });

  /** Runs an example on a page of the site, and gives its console. */
  async function run(t, k) {
    const tab = await (await browser.context(t)).newPage();
    const lines = [];
    // What the browser itself says of a refusal is none of the example's lines.
    tab.on("console", (message) => message.type() === "log" && lines.push(message.text()));
    tab.on("pageerror", (error) => lines.push(String(error)));
    await tab.goto(`${runtime.url}/example-${k}`);
    return { lines, tab };
  }

  for (const [k, [, , shown]] of examples.entries()) {
    const wanted = shown.trimEnd().split("\n").map(shape);
    it(`${k + 1}: ${wanted.join(", ")}`, async (t) => {
      const { lines } = await run(t, k);
      await waitFor(() => lines.length >= wanted.length, { what: `${wanted.length} lines` }).catch(
        (error) => {
          throw new Error(`${error.message}; there are: ${lines.join("\n")}`);
        },
      );
      assert.deepEqual(lines.slice(0, wanted.length).map(shape), wanted);
    });
  }

  it("keep an id over a reload, and go on after it", async (t) => {
    const { lines, tab } = await run(
      t,
      examples.findIndex(([, code]) => code.includes("sessionStorage")),
    );
    await waitFor(() => lines.length >= 2);
    assert.equal(lines[0], "began live");
    await tab.reload();
    await waitFor(() => lines.some((line) => line.startsWith("went on")));
  });
});
