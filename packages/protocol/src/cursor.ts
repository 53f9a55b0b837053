import { problem } from "./errors.ts";

/** Encodes the position after the last item of a page; opaque to callers. */
export function encodeCursor(position: readonly (string | number | null)[]): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(position))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Reads a cursor of a known number of parts; a made-up one is `request.invalid`. */
export function decodeCursor(cursor: string | undefined, parts: number): (string | number | null)[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const isScalar = (part: unknown) => part === null || typeof part === "string" || typeof part === "number";
    if (Array.isArray(value) && value.length === parts && value.every(isScalar)) return value;
  } catch {
    // Falls through to the one answer for every unreadable cursor.
  }
  throw problem("request.invalid", {}, { issues: [{ path: "query.cursor", message: "is not a cursor of this list; start again without one" }] });
}

/** Cuts a page out of `limit + 1` rows and names the cursor of the next one. */
export function toPage<T, R>(
  rows: readonly T[],
  limit: number,
  present: (row: T) => R,
  position: (row: T) => (string | number | null)[],
): { items: R[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(present), next: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null };
}
