// @ts-check
/** An element of the page, which is there. @param {string} id */
export const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Writes only what changed: no work, and no announcement, for the rest. @param {string} id @param {string | number} text */
export const write = (id, text) => {
  if ($(id).textContent !== String(text)) $(id).textContent = String(text);
};
