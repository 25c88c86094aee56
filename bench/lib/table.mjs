/** A Markdown table. Columns after the first stand at the right, as numbers do, if `numeric`. */
export const table = (head, rows, { numeric = true } = {}) =>
  [head, head.map((_, column) => (numeric && column ? "---:" : "---")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

/** A number with so many digits after the point. */
export const fixed = (value, digits) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** The same of a value that may not be there: JSON has no number for what did not happen. */
export const optional = (value, digits) => (Number.isFinite(value) ? fixed(value, digits) : "–");
