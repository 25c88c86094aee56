// What `npm start` and `npm run deploy` take: the options of wrangler's command, those that most
// people need explained, and nothing else.
import fs from "node:fs";
import { at } from "../lib/paths.mjs";

const COMMON = {
  config: { what: "the configuration; wrangler.toml where none is named", value: "file" },
  env: { what: "the [env.name] of it", value: "name" },
  var: { what: "a variable for this time", value: "NAME:VALUE" },
};

/** As readArguments wants it. */
export function wranglerUsage(command, about, options, explained) {
  const described = Object.entries({ ...explained, ...COMMON }).map(([name, more]) => [
    name,
    { ...options[name], ...more },
  ]);
  return {
    command,
    about,
    options: { ...Object.fromEntries(described), ...others(options, described) },
    words: {
      name: "file",
      what: "the Worker's entry; that of the configuration where none is named",
      expected: "there is no such file",
      allowed: (word) => fs.existsSync(at(word)),
    },
  };
}

const others = (options, described) =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !described.some(([one]) => one === name)));
