// The Durable Streams server for Workers in TypeScript, which is in no package registry: its source is
// fetched from where it lives, at one commit, and the run goes on without it where that cannot be reached.
import fs from "node:fs";
import path from "node:path";
import { command, Stop } from "../../scripts/lib.mjs";
import { work } from "../lib/paths.mjs";
import { bundle } from "../lib/servers.mjs";
import { Unavailable } from "../lib/unavailable.mjs";
import { PROTOCOL } from "./requests.mjs";

const ORIGIN = "https://github.com/tombeckenham/durable-object-streams";
const COMMIT = "583b63a3d17ebf55667d7829eb1571f20ef73363";

/** Fetches the commit into `folder`, where it is not there yet. */
async function fetchSource(folder) {
  if (fs.existsSync(path.join(folder, "src/index.ts"))) return;
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const env = { ...process.env, GIT_TERMINAL_PROMPT: "0" };
  const git = (...args) =>
    command(work("logs/durable-object-streams.log"), "git", args, { cwd: folder, env });
  await git("init", "--quiet");
  try {
    await git("fetch", "--quiet", "--depth", "1", ORIGIN, COMMIT);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    throw new Unavailable(`its source could not be fetched from ${ORIGIN}`);
  }
  await git("checkout", "--quiet", COMMIT);
}

export const durableObjectStreams = {
  title: "`durable-object-streams` in TypeScript, on Workers",
  requests: PROTOCOL,
  objects: { STREAMS: "Channel" },
  async prepare() {
    const folder = work("durable-object-streams");
    await fetchSource(folder);
    // As its template has it, with the class under the name that all the others have here.
    const entry = work("durable-object-streams.entry.js");
    fs.writeFileSync(
      entry,
      `import { createStreamsHandler, StreamObject } from ${JSON.stringify(`${folder}/src/index.ts`)};
export { StreamObject as Channel };
export default { fetch: createStreamsHandler() };
`,
    );
    return bundle("channels-durable-object-streams", entry);
  },
};
