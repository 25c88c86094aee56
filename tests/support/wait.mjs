export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Waits until `condition` gives something truthy, and gives it back. Tests wait for what they
 * need and never for a time; the ceiling only turns "never" into a clear failure.
 */
export async function waitFor(condition, { what, ceiling = 15_000, every = 20 } = {}) {
  const began = Date.now();
  let last;
  for (;;) {
    last = await condition();
    if (last) return last;
    if (Date.now() - began > ceiling) {
      throw new Error(
        `waited ${ceiling} ms in vain for ${what ?? condition} (last: ${JSON.stringify(last)})`,
      );
    }
    await sleep(every);
  }
}
