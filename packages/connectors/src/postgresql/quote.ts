/** A name in SQL text. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text in SQL text, for commands that take no parameters; sessions have `standard_conforming_strings` on. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A table's name with its schema. */
export const quoteTable = (schema: string, table: string): string => `${quoteName(schema)}.${quoteName(table)}`;
