// `npm start` on the real `wrangler dev`: one server for each configuration, walked from start to end.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { descendants, freePort, isAlive, runtimesBelow } from "../support/processes.mjs";
import { waitFor } from "../support/wait.mjs";
import { makeProject } from "./project.mjs";

const PATIENCE = { ceiling: 120_000, every: 100 };

/** Puts empty crates in the place of those that the Worker needs: they would be compiled first, which takes a minute. */
function withoutDependencies(project) {
  const crate = (name, version) => `[package]\nname = "${name}"\nversion = "${version}"\nedition = "2024"\n`;
  const versions = Object.fromEntries(
    ["worker", "wasm-bindgen"].map((name) => [
      name,
      project.read("Cargo.lock").match(new RegExp(`name = "${name}"\nversion = "(.*)"`))[1],
    ]),
  );
  const names = Object.keys(versions);
  for (const name of names) {
    mkdirSync(project.at("empty", name, "src"), { recursive: true });
    project.write(`empty/${name}/Cargo.toml`, crate(name, versions[name]));
    project.write(`empty/${name}/src/lib.rs`, "");
  }
  const dependencies = names.map((name) => `${name} = { path = "empty/${name}" }\n`).join("");
  project.write(
    "Cargo.toml",
    `${crate("edge-events", "0.1.0")}\n[features]\nworkers-sites = []\ntest-panics = []\n\n[dependencies]\n${dependencies}\n[workspace]\nmembers = ["worker"]\n`,
  );
  project.remove("Cargo.lock");
  execFileSync("cargo", ["generate-lockfile", "--offline"], { cwd: project.at(), stdio: "ignore" });
}

for (const config of ["wrangler.toml", "wrangler.sites.toml"]) {
  describe(`npm start with ${config}`, () => {
    let project;
    let port;
    let server;
    before(async () => {
      project = makeProject();
      port = await freePort();
      server = project.run(
        "start",
        "-c",
        config,
        "--port",
        String(port),
        "--inspector-port",
        String(await freePort()),
      );
      await server.says(/Ready on http/);
    });
    after(async () => {
      await server?.stop();
      project?.dispose();
    });

    const get = async (path) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } });
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    };
    const until = (path, what, condition) =>
      waitFor(async () => condition(await get(path)), { what: `${path} to be ${what}`, ...PATIENCE });

    it("serves a file that was added meanwhile, its next content, and 404 once it is deleted", async () => {
      assert.equal((await get("/new.txt")).status, 404);
      project.write("public/new.txt", "first");
      await until("/new.txt", "there", ({ status, text }) => status === 200 && text === "first");
      project.write("public/new.txt", "second");
      await until("/new.txt", "changed", ({ text }) => text === "second");
      project.remove("public/new.txt");
      await until(
        "/new.txt",
        "gone",
        ({ status, text }) => status === 404 && text === project.read("public/404.html"),
      );
    });

    if (config === "wrangler.toml") {
      it("sends the headers that _headers says meanwhile", async () => {
        project.write(
          "public/_headers",
          `${project.read("public/_headers")}\n/style.css\n  X-Added: meanwhile\n`,
        );
        await until("/style.css", "sent with it", ({ headers }) => headers.get("x-added") === "meanwhile");
      });

      it("serves the last good build while the sources do not compile, and the compiler has the last word", async () => {
        const good = Object.fromEntries(
          ["Cargo.toml", "Cargo.lock", "src/lib.rs"].map((name) => [name, project.read(name)]),
        );
        const before = server.said.length;
        withoutDependencies(project);
        project.write("src/lib.rs", 'pub fn number() -> u32 {\n    "text"\n}\n');
        await server.says(/could not compile `edge-events`/);
        assert.equal((await get("/health")).status, 200);
        const said = server.said.slice(before);
        assert.match(said, /It does not compile\. The Worker as it was built at .* is served meanwhile\./);
        assert.match(said, /error\[E0308\]: mismatched types/);
        const after = said.slice(said.indexOf("could not compile")).split("\n").slice(1);
        assert.deepEqual(
          after.filter((line) => line.trim() !== "" && !/^\[custom build\]\s*$|GET \/health/.test(line)),
          [],
        );

        for (const [name, text] of Object.entries(good)) project.write(name, text);
        await waitFor(() => /updated and ready/.test(server.said.slice(before)), {
          what: "the good sources again",
          ...PATIENCE,
        });
        assert.equal((await get("/health")).status, 200);
      });

      it("says at once when a variable that is changed meanwhile cannot be used", async () => {
        const good = project.read(config);
        project.write(config, good.replace(/^RETRY_MS = .*$/m, "RETRY_MS = 5"));
        await server.says(
          /Warning: the Worker cannot use its variables \(\[vars\] of wrangler\.toml\):\n.*RETRY_MS is "5"; allowed is/,
        );
        await until("/health", "misconfigured", ({ status }) => status === 500);
        project.write(config, good);
        await until("/health", "well", ({ status }) => status === 200);
      });

      it("says that it is edge-events that has the port", async () => {
        const second = project.run("start", "--port", String(port));
        assert.equal(await second.ended, 1);
        assert.match(
          second.said,
          new RegExp(`port ${port} on 127\\.0\\.0\\.1 is taken by edge-events itself`),
        );
      });

      it("starts again when its runtime is killed and wrangler cannot go on", async () => {
        const runtimes = runtimesBelow(server.pid);
        assert.equal(runtimes.length, 2);
        for (const { pid } of runtimes) process.kill(pid, "SIGKILL");
        await server.says(/workerd\) died, and wrangler could not go on: starting it again/);
        await waitFor(() => (server.said.match(/Ready on http/g) ?? []).length === 2, {
          what: "the second start",
          ...PATIENCE,
        });
        assert.equal((await get("/health")).status, 200);
      });
    }

    it("ends, and all that it started, when it is told to", async () => {
      const below = descendants(server.pid).map(({ pid }) => pid);
      assert.ok(below.length >= 3, `${below}`);
      await server.stop();
      await waitFor(() => !below.some(isAlive), { what: "its processes to end", ...PATIENCE });
    });
  });
}
