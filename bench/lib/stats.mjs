// Numbers about numbers.
const numbers = (values) => values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);

/** The median; undefined of nothing. */
export function median(values) {
  const sorted = numbers(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? sorted[middle]
    : sorted.length
      ? (sorted[middle - 1] + sorted[middle]) / 2
      : undefined;
}

/** Median, minimum and maximum of a / b, round by round; undefined where no round has both. */
export function ratios(ours, theirs) {
  const each = numbers(ours.map((value, round) => value / theirs[round]));
  return each.length ? { median: median(each), min: each[0], max: each.at(-1) } : undefined;
}
