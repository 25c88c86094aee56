// What the scripts share.
export * from "./lib/command.mjs";
export * from "./lib/env.mjs";
export * from "./lib/files.mjs";
export * from "./lib/lock.mjs";
export * from "./lib/main.mjs";
export * from "./lib/paths.mjs";
