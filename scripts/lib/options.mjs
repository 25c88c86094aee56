// The arguments of a script: read, refused with a suggestion, and explained by --help, alike in all.
import { Stop } from "./main.mjs";
import { didYouMean } from "./suggest.mjs";

/**
 * Reads the arguments that `usage` describes:
 *
 * - `command`: how it is called, like "npm start"
 * - `about`: what it does, in a sentence
 * - `options`: name to `{kind, aliases, what}`; kind is flag, value, or values (several may follow),
 *   `what` is for --help, which lists those without one by their names alone
 * - `words`: `{name, what, allowed(word), expected}`, if it takes words that are no options
 *
 * Returns `{values, words}`: of each option its last value (true for a flag), of values all.
 * Where --help is asked for it shows the help and returns null.
 */
export function readArguments(usage, args = process.argv.slice(2), env = process.env) {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(help(usage));
    return null;
  }
  /** @type {{ values: Record<string, any>, words: string[] }} */
  const read = { values: {}, words: [] };
  const unread = [...args];
  while (unread.length > 0) takeOne(usage, unread, read);
  refuseSwallowed(usage, read, env);
  for (const word of read.words) {
    if (usage.words?.allowed(word)) continue;
    const { expected = "no words, only options, are expected here", names = [] } = usage.words ?? {};
    throw refusal(usage, `${word}: ${expected}${didYouMean(word, names)}`);
  }
  return read;
}

function takeOne(usage, unread, { values, words }) {
  const arg = unread.shift();
  if (!arg.startsWith("-") || arg === "-") return words.push(arg);
  if (arg === "--") return words.push(...unread.splice(0));
  const [, written, value] = arg.match(/^(--?[^=]+)(?:=(.*))?$/s) ?? [null, arg];
  const name = nameOf(usage.options, written);
  if (name === undefined) {
    const names = Object.entries(usage.options).flatMap(([one, { aliases = [] }]) => [one, ...aliases]);
    const meant = didYouMean(written.replace(/^-+/, ""), names, (one) => `--${one}`);
    throw refusal(usage, `${written} is not an option${meant}`);
  }
  const { kind } = usage.options[name];
  if (kind === "flag") {
    const said = value ?? (/^(true|false)$/.test(unread[0] ?? "") ? unread.shift() : "true");
    values[name] = said !== "false" && !written.startsWith("--no-");
    return undefined;
  }
  if (value === undefined && (unread.length === 0 || isOption(unread[0]))) {
    throw refusal(usage, `${written} needs a value`);
  }
  if (kind === "value") {
    values[name] = value ?? unread.shift();
    return undefined;
  }
  const several = value === undefined ? [] : [value];
  if (value === undefined) while (unread.length > 0 && !isOption(unread[0])) several.push(unread.shift());
  values[name] = [...(values[name] ?? []), ...several];
  return undefined;
}

const isOption = (arg) => /^-./.test(arg) && !/^-\d/.test(arg);

/** An option's own name from one of the ways to write it: --live-reload, --liveReload, --no-live-reload, -c. */
function nameOf(options, written) {
  const bare = written.replace(/^--?/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const find = (wanted) =>
    Object.keys(options).find((name) => name === wanted || options[name].aliases?.includes(wanted));
  const positive = find(bare.replace(/^no-/, ""));
  return find(bare) ?? (positive && options[positive].kind === "flag" ? positive : undefined);
}

// npm keeps an option for itself that stands before no `--`, and tells it in the environment only.
// What stands behind it then arrives as a word. These are options of npm's own that look like ours:
const NPMS_OWN = new Set(["tag", "message", "v", "script"]);
const npmVariable = (name) => `npm_config_${name.replaceAll("-", "_")}`;

function refuseSwallowed({ options, command }, { words }, env) {
  if (env.npm_lifecycle_event === undefined) return;
  const left = [...words];
  const swallowed = Object.entries(options)
    .filter(([name]) => !NPMS_OWN.has(name) && (env[npmVariable(name)] ?? "") !== "")
    .map(([name, { kind }]) => {
      const value = env[npmVariable(name)];
      if (value !== "true") return kind === "flag" ? `--${name}` : `--${name} ${value}`;
      return kind === "flag" ? `--${name}` : `--${name} ${left.shift() ?? "..."}`;
    });
  // npm takes -c for its own --call.
  if (options.config && env.npm_config_call) swallowed.push(`-c ${env.npm_config_call}`);
  if (swallowed.length === 0) return;
  const all = [...swallowed, ...left].join(" ");
  throw new Stop(`npm has kept ${swallowed.join(" ")} for itself. Did you mean \`${command} -- ${all}\`?`);
}

const refusal = ({ command }, what) => new Stop(`${what}\nAll that it takes: ${withHelp(command)}`);
const withHelp = (command) => (command.startsWith("npm") ? `${command} -- --help` : `${command} --help`);

/** What --help says. @param {any} usage */
export function help({ command, about, options, words }) {
  const takes = [
    ...(command.startsWith("npm") && !words?.bare ? ["--"] : []),
    ...(Object.keys(options).length > 0 ? ["[options]"] : []),
    ...(words ? [`[${words.name} ...]`] : []),
  ];
  const call = takes.join("") === "--" ? command : [command, ...takes].join(" ");
  const rows = Object.entries(options)
    .filter(([, { what }]) => what)
    .map(([name, { kind, aliases = [], what, value = "value" }]) => {
      const short = aliases.filter((alias) => alias.length === 1).map((alias) => `-${alias}, `);
      return [`${short.join("")}--${name}${kind === "flag" ? "" : ` <${value}>`}`, what];
    });
  rows.push(["--help", "show this"]);
  if (words) rows.unshift([words.name, words.what]);
  const width = Math.max(...rows.map(([left]) => left.length));
  const table = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
  const others = Object.keys(options).filter((name) => !options[name].what && !options[name].hidden);
  const more = others.length > 0 ? `\n\nAlso, as wrangler explains them:\n${wrapped(others)}` : "";
  return `${call}\n\n${about}\n\n${table}${more}`;
}

function wrapped(names) {
  const lines = [""];
  for (const name of names) {
    const last = lines.length - 1;
    if (lines[last].length + name.length > 96) lines.push(`  --${name}`);
    else lines[last] += `${lines[last] === "" ? "  " : " "}--${name}`;
  }
  return lines.join("\n");
}
