import type { IcebergField, IcebergType } from "@granary/lake";
import type { Random } from "./random.ts";

/** A value as a test remembers it: a text as the engine spells it, or the parts of a nested one; parts that are not there are null. */
export type Value = null | string | { readonly parts: ReadonlyMap<number, Value> } | { readonly items: readonly Value[] };

export type ModelRow = ReadonlyMap<number, Value>;

/** Spellings that are those of the wider types as well, and of which each stands for another value; of the zeros one, since the engine may store one for both. */
const DOMAINS: Readonly<Record<string, readonly string[]>> = {
  string: ["a", "ab", "abc", "b", "ba", "c", "caa", "ünï", "zz", "zzz", "q", "qq"],
  int: ["-2147483648", "-11", "-1", "0", "1", "2", "3", "9", "10", "11", "12", "2147483647"],
  long: ["-9223372036854775808", "-11", "-1", "0", "1", "2", "3", "9", "10", "11", "4294967296", "9223372036854775807"],
  float: ["-2.25", "-0.0", "0.5", "100.0", "nan"],
  double: ["-2.25", "-0.0", "0.5", "100.0", "nan", "inf"],
  "decimal(9, 2)": ["-9999999.99", "-1.01", "-0.01", "0.00", "0.01", "1.00", "1.01", "2.50", "9999999.99"],
  date: ["1582-10-15", "1969-12-31", "1970-01-01", "2024-02-29", "2026-11-21", "2026-11-22"],
  timestamp: ["1582-10-15 05:06:07", "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00", "2026-11-21 10:00:00", "2026-11-21 11:00:00", "2026-11-22 00:00:00"],
  boolean: ["false", "true"],
  uuid: ["00000000-0000-0000-0000-000000000000", "f79c3e09-677c-4bbd-a479-3f349cb785e7", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
};

export const KEY_TYPES = ["string", "int", "long", "decimal(9, 2)", "date", "timestamp"] as const;

/** Types whose values can be compared by their spelling, or as numbers. */
export const ORDERED: ReadonlySet<string> = new Set([...KEY_TYPES, "decimal(18, 2)"]);

export const isNumeric = (type: IcebergType): boolean => typeof type === "string" && /^(int|long|decimal)/.test(type);

const domainOf = (type: string): readonly string[] => DOMAINS[type.startsWith("decimal") ? "decimal(9, 2)" : type] ?? [];

/** All values a column's type is tried with. */
export const valuesOf = (type: IcebergType): readonly string[] => (typeof type === "string" ? domainOf(type) : []);

export const WIDER: Readonly<Record<string, string>> = { int: "long", float: "double", "decimal(9, 2)": "decimal(18, 2)" };

/** Types for a new column; the ids inside nested ones count from `firstId`. */
export function randomType(random: Random, firstId: number): IcebergType {
  if (!random.chance(1 / 3)) return random.pick(Object.keys(DOMAINS));
  const part = (id: number, name: string, type: IcebergType): IcebergField => ({ id, name, type, required: false });
  const list: IcebergType = { type: "list", "element-id": firstId, "element-required": false, element: "string" };
  const struct: IcebergType = { type: "struct", fields: [part(firstId, "x", "int"), part(firstId + 1, "y", "string")] };
  const deep: IcebergType = {
    type: "list",
    "element-id": firstId,
    "element-required": false,
    element: { type: "struct", fields: [part(firstId + 1, "u", "long"), part(firstId + 2, "v", { ...list, "element-id": firstId + 3 })] },
  };
  return random.pick([list, struct, deep]);
}

export function randomValue(random: Random, type: IcebergType, mayBeNull = true): Value {
  if (mayBeNull && random.chance(1 / 6)) return null;
  if (typeof type === "string") return random.pick(domainOf(type));
  if (type.type === "list") return { items: Array.from({ length: random.below(3) }, () => randomValue(random, type.element)) };
  if (type.type === "struct") return { parts: new Map(type.fields.map((field) => [field.id, randomValue(random, field.type)])) };
  throw new Error(`no values for ${type.type}`);
}

/** The value as the engine spells it in a column of the type. */
export function spell(type: IcebergType, value: Value): string | null {
  if (value === null || typeof value === "string") return value;
  const inside = (inner: IcebergType, part: Value): string => spell(inner, part) ?? "NULL";
  if ("items" in value)
    return `[${value.items.map((item) => (typeof type === "object" && type.type === "list" ? inside(type.element, item) : "")).join(", ")}]`;
  if (typeof type === "string" || type.type !== "struct") throw new Error("a struct is in a column that has none");
  return `{${type.fields.map((field) => `'${field.name}': ${inside(field.type, value.parts.get(field.id) ?? null)}`).join(", ")}}`;
}

/** A row as the engine spells it. */
export const spellRow = (fields: readonly IcebergField[], row: ModelRow): readonly (string | null)[] =>
  fields.map((field) => spell(field.type, row.get(field.id) ?? null));
