/** A name in SQL text. */
export const quoteName = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

/** A text in SQL text; sessions have NO_BACKSLASH_ESCAPES on. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Fills in the `?` of a statement. The client's own way would escape with backslashes, which such sessions read as text. */
export function bind(sql: string, values: readonly (string | number | null)[]): string {
  let at = 0;
  return sql.replaceAll("?", () => {
    const value = values[at] ?? null;
    at += 1;
    return value === null ? "null" : typeof value === "number" ? String(value) : quoteText(value);
  });
}
