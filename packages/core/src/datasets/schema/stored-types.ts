import type { SqlType } from "@granary/engine";

const PLAIN: Readonly<Record<string, SqlType>> = {
  boolean: { kind: "boolean" },
  int: { kind: "integer" },
  long: { kind: "bigint" },
  float: { kind: "float" },
  double: { kind: "double" },
  date: { kind: "date" },
  time: { kind: "time" },
  timestamp: { kind: "timestamp" },
  timestamptz: { kind: "timestamptz" },
  string: { kind: "text" },
  uuid: { kind: "uuid" },
};

const MAX_DIGITS = 38;

/** Names of the types a column can be given. */
export const STORED_TYPES: readonly string[] = [...Object.keys(PLAIN), "decimal(18, 2)"];

/** What a stored type of single values is to the engine; undefined for nested ones and for what is no type. */
export function sqlTypeOf(storedType: string): SqlType | undefined {
  const [, precision, scale] = /^decimal\((\d{1,2}), ?(\d{1,2})\)$/.exec(storedType) ?? [];
  if (precision === undefined || scale === undefined) return PLAIN[storedType];
  const type: SqlType = { kind: "decimal", precision: Number(precision), scale: Number(scale) };
  return type.precision >= 1 && type.precision <= MAX_DIGITS && type.scale <= type.precision ? type : undefined;
}

/** A type in the one spelling that is kept: `decimal(9,2)` as `decimal(9, 2)`. */
export const spelledType = (storedType: string): string => storedType.trim().replace(/^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/, "decimal($1, $2)");

/** Whether equal values of a type are surely equal, so that they can be unique or identify a row. */
export function isComparable(storedType: string): boolean {
  const kind = sqlTypeOf(storedType)?.kind;
  return kind !== undefined && kind !== "float" && kind !== "double";
}
