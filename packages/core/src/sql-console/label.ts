const LABEL_CHARACTERS = 80;

/** What a query is called where there is no room for its text. */
export function labelOf(sql: string): string {
  const text = sql.replaceAll(/\s+/g, " ").trim();
  return text.length > LABEL_CHARACTERS ? `${text.slice(0, LABEL_CHARACTERS - 1)}…` : text;
}
