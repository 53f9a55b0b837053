import type { GraphColumn, GraphType } from "@granary/protocol";

/** JSON as it was sent: numbers that JavaScript would round keep their digits. */
export type Json = unknown;

interface ParseContext {
  readonly source?: string;
}

/** The parts of JSON that the language has and its types do not know yet. */
const exact = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: ParseContext) => unknown): Json;
  rawJSON(text: string): object;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
};

/** Reads JSON without losing digits; throws a SyntaxError. */
export function parseExact(text: string): Json {
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source && !Number.isSafeInteger(value) ? exact.rawJSON(source) : value,
  );
}

/** What a path of names with dots between leads to; undefined where there is nothing. */
export function valueAt(value: Json, path: string): Json {
  if (path === "") return value;
  let at: Json = value;
  for (const name of path.split(".")) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<string, Json>)[name];
  }
  return at;
}

const INT64 = 9_223_372_036_854_775_807n;

function numberType(text: string): GraphType {
  if (!/^-?\d+$/.test(text)) return "number";
  const value = BigInt(text);
  return value <= INT64 && value >= -INT64 - 1n ? "integer" : "text";
}

function typeOf(value: Json): GraphType | undefined {
  if (value === null || value === undefined) return undefined;
  if (exact.isRawJSON(value)) return numberType(value.rawJSON);
  if (typeof value === "number") return Number.isSafeInteger(value) ? "integer" : "number";
  if (typeof value === "boolean") return "boolean";
  return typeof value === "string" ? "text" : "json";
}

function together(left: GraphType, right: GraphType): GraphType {
  if (left === right) return left;
  const isNumeric = (left === "integer" && right === "number") || (left === "number" && right === "integer");
  return isNumeric ? "number" : "text";
}

/** Columns of records as they come, in the order of their first appearance. */
export class ColumnFinder {
  readonly #types = new Map<string, GraphType | undefined>();

  add(record: Readonly<Record<string, Json>>): void {
    for (const [name, value] of Object.entries(record)) {
      const known = this.#types.get(name);
      const type = typeOf(value);
      if (known !== undefined && type === known) continue;
      this.#types.set(name, known === undefined || type === undefined ? (known ?? type) : together(known, type));
    }
  }

  /** Columns without a single value are text. */
  columns(): readonly GraphColumn[] {
    return [...this.#types].map(([name, type]) => ({ name, type: type ?? "text" }));
  }
}
