/** All rows of a statement, one value after the other, and before them how many there are in a row. */
export function query(sql, statement, params) {
  const values = [0];
  for (const row of sql.exec(statement, ...params).raw()) {
    values[0] = row.length;
    values.push(...row);
  }
  return values;
}
