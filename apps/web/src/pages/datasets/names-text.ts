import type { SortBy } from "../../kit/grid/index.ts";

/** Names of columns in an address: with commas between, or as JSON where a name needs it. */
export function namesText(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const isPlain = names.every((name) => name.trim() === name && !/[,[]/.test(name));
  return isPlain ? names.join(",") : JSON.stringify(names);
}

export function readNames(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  if (!text.startsWith("[")) return text.split(",");
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}

export const sortText = (order: readonly SortBy[]): string | undefined =>
  namesText(order.map(({ column, descending }) => (descending ? `-${column}` : column)));

/** An order as the address tells it; a column whose own name begins with a minus is taken by its name. */
export function readSort(text: string | undefined, known: readonly string[]): readonly SortBy[] {
  return readNames(text).map((entry) =>
    entry.startsWith("-") && !known.includes(entry) ? { column: entry.slice(1), descending: true } : { column: entry, descending: false },
  );
}
