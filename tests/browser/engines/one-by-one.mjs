/** Makes a function that runs what it is given one after another. */
export function oneByOne() {
  /** @type {Promise<any>} */
  let last = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}
