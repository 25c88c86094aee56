/** A Markdown table. Columns after the first stand at the right, as numbers do, if `numeric`. */
export const table = (head, rows, { numeric = true } = {}) =>
  [head, head.map((_, column) => (numeric && column ? "---:" : "---")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
