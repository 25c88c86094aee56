// The page's wall, as its tests use it.
import { SECRET } from "./channels-clients.mjs";
import { inSeconds, sign } from "./tokens.mjs";
import { waitFor } from "./wait.mjs";

/** Runs in the page: what the wall shows, without the places. */
export const wordsOnWall = () =>
  [...document.querySelectorAll("#wall li")].map(({ firstChild }) => firstChild?.textContent?.trim());

/** Waits until it shows these words too; `evaluate` runs a function in the page. */
export const untilSaid = (evaluate, words, options) =>
  waitFor(async () => (await evaluate(wordsOnWall)).includes(words), {
    what: `"${words}" on the wall`,
    ...options,
  });

/** The page's address with a token in it that lets its holder write there. */
export function withToken({ url }) {
  const claims = { exp: inSeconds(600), subscribe: ["demo/*"], publish: ["demo/*"] };
  return `${url}/#token=${sign(claims, { secret: SECRET })}`;
}
