import { problem } from "@granary/protocol";

/** Refuses what would be read as another text: the engine replaces half of a surrogate pair without a word. */
function checkText(value: string, what: string): void {
  if (!value.isWellFormed()) throw problem("engine.statement_invalid", { reason: `${what} holds half of a surrogate pair` });
}

/** A quoted identifier. */
export function printName(name: string): string {
  if (name === "" || name.includes("\0")) throw problem("engine.statement_invalid", { reason: "a name is empty or holds a NUL character" });
  checkText(name, "a name");
  return `"${name.replaceAll('"', '""')}"`;
}

export const printNames = (names: readonly string[]): string => names.map(printName).join(", ");

/** A quoted text constant, for places where the grammar takes no expression. */
export function printText(value: string): string {
  if (value.includes("\0")) throw problem("engine.statement_invalid", { reason: "a text constant holds a NUL character" });
  checkText(value, "a text");
  return `'${value.replaceAll("'", "''")}'`;
}

/** The statement text ends at a NUL in DuckDB's parser, so that character is put together at run time. */
export function printTextExpression(value: string): string {
  return value.includes("\0") ? `(${value.split("\0").map(printText).join(" || chr(0) || ")})` : printText(value);
}

export function printCount(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw problem("engine.statement_invalid", { reason: `${value} is not a count` });
  return String(value);
}

/** A local file to write; no other file system is reached by a path. */
export function printPath(path: string): string {
  if (path === "" || /^[a-z][a-z0-9+.-]*:\/\//i.test(path)) throw problem("engine.statement_invalid", { reason: "a path must name a local file" });
  return printText(path);
}

/** A local file to read. The engine takes paths as patterns, so characters that mean something there are put into brackets. */
export function printReadPath(path: string): string {
  const isPattern = /[*?[]/.test(path);
  if (isPattern && path.includes("\\")) {
    // In a pattern the engine takes a backslash for a slash, and no way to write it was found.
    throw problem("engine.statement_invalid", { reason: "a path holds a backslash beside *, ? or [" });
  }
  return isPattern ? printPath(path).replace(/[*?[]/g, "[$&]") : printPath(path);
}

/** A table that does not exist would otherwise be looked for among files and the engine's own views. */
export function printTableName(name: string): string {
  if (/[./\\:*?[\]]|^(duckdb|pragma|sqlite)_/i.test(name)) throw problem("engine.statement_invalid", { reason: `${name} is no name of a table` });
  return printName(name);
}
