// The Worker with faults in it: see tests/worker/channels/fixtures/faults.mjs.
import path from "node:path";
import { channelVars } from "./channels-clients.mjs";
import { request } from "./client.mjs";
import { root } from "./runtime.mjs";
import { runtimeWith } from "./suite.mjs";

const fixture = path.join(root, "tests/worker/channels/fixtures/faults.mjs");

export const faulty = (options) => ({
  ...options,
  modules: [{ type: "ESModule", path: fixture }, ...options.modules],
});

/** And with what the runtime has for its own tests, such as a bound for the pages of a database. */
export const faultyWithTools = (options) =>
  faulty({ ...options, compatibilityFlags: [...(options.compatibilityFlags ?? []), "experimental"] });

export const runtimeWithFaults = (vars = {}, options = {}) =>
  runtimeWith({ ...channelVars, ...vars }, { adapt: faulty, ...options });

/** From now on this goes wrong. Gives back what was seen until now. */
export const goWrong = async (runtime, faults) =>
  (await request(runtime, { method: "POST", path: "/fault", body: JSON.stringify(faults) })).json();

/** What the fixture has seen: `{constructions, alarms, requests, opened, swallowed, repeated}`. */
export const seenBy = async (runtime) => (await request(runtime, { path: "/fault" })).json();
