// What the compiler has to say, without what is around it.
import { launch } from "../lib/command.mjs";

/** `run` runs worker-build in silence, and resolves to its exit code; `text` is then what the compiler said. */
export function compilerLines() {
  let said = "";
  return {
    run: (file, args, options) =>
      new Promise((resolve, reject) => {
        const child = launch(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
        for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
        child.once("error", reject);
        child.once("close", resolve);
      }),
    text: () => only(said),
  };
}

/** Leaves out cargo's progress, and worker-build's own lines before and after. */
export function only(said) {
  const lines = said
    .split("\n")
    .filter((line) => !/^(\[INFO\]|\s+(Compiling|Finished|Blocking|Updating) )/.test(line));
  const end = lines.findIndex((line) => /^Error: /.test(line));
  const left = (end < 0 ? lines : lines.slice(0, end)).join("\n").trim();
  return left === "" ? said.trim() : left;
}
