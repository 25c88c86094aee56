export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * What is waited for, in words; the milliseconds until it counts as never, and between two looks.
 *
 * @typedef {{ what?: string, ceiling?: number, every?: number }} WaitOptions
 */

/**
 * Waits until `condition` gives something truthy, and gives it back. Tests wait for what they
 * need and never for a time; the ceiling only turns "never" into a clear failure.
 *
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {WaitOptions} [options]
 * @returns {Promise<Exclude<T, null | undefined | false | 0 | "">>}
 */
export async function waitFor(condition, { what, ceiling = 15_000, every = 20 } = {}) {
  const began = Date.now();
  let last;
  for (;;) {
    last = await condition();
    if (last) return /** @type {any} */ (last);
    if (Date.now() - began > ceiling) {
      throw new Error(
        `waited ${ceiling} ms in vain for ${what ?? condition} (last: ${JSON.stringify(last)})`,
      );
    }
    await sleep(every);
  }
}
