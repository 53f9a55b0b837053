import type { SqlType } from "@granary/engine";

const FIXED_DIGITS = { integer: 10, bigint: 19 } as const;

function digits(type: SqlType): { readonly whole: number; readonly scale: number } | undefined {
  if (type.kind === "integer" || type.kind === "bigint") return { whole: FIXED_DIGITS[type.kind], scale: 0 };
  return type.kind === "decimal" ? { whole: type.precision - type.scale, scale: type.scale } : undefined;
}

const isInteger = (type: SqlType): boolean => type.kind === "integer" || type.kind === "bigint";
const isFloating = (type: SqlType): boolean => type.kind === "float" || type.kind === "double";

/**
 * The type that holds every value of both exactly; undefined when there is none, such as for a text and a number.
 * Nested types fit when all their parts do and have the same names.
 */
export function widerType(left: SqlType, right: SqlType): SqlType | undefined {
  if (JSON.stringify(left) === JSON.stringify(right)) return left;
  if (isInteger(left) && isInteger(right)) return { kind: "bigint" };
  if (isFloating(left) && isFloating(right)) return { kind: "double" };
  const [one, other] = [digits(left), digits(right)];
  if (one !== undefined && other !== undefined) {
    const scale = Math.max(one.scale, other.scale);
    const precision = Math.max(one.whole, other.whole) + scale;
    return precision <= 38 ? { kind: "decimal", precision, scale } : undefined;
  }
  return widerNested(left, right);
}

function widerNested(left: SqlType, right: SqlType): SqlType | undefined {
  if (left.kind === "list" && right.kind === "list") {
    const element = widerType(left.element, right.element);
    return element === undefined ? undefined : { kind: "list", element };
  }
  if (left.kind === "map" && right.kind === "map") {
    const [key, value] = [widerType(left.key, right.key), widerType(left.value, right.value)];
    return key === undefined || value === undefined ? undefined : { kind: "map", key, value };
  }
  return left.kind === "struct" && right.kind === "struct" ? widerStruct(left, right) : undefined;
}

type StructType = Extract<SqlType, { readonly kind: "struct" }>;

function widerStruct(left: StructType, right: StructType): SqlType | undefined {
  if (left.fields.length !== right.fields.length) return undefined;
  const fields: { readonly name: string; readonly type: SqlType }[] = [];
  for (const [index, field] of left.fields.entries()) {
    const other = right.fields[index];
    const type = other?.name === field.name ? widerType(field.type, other.type) : undefined;
    if (type === undefined) return undefined;
    fields.push({ name: field.name, type });
  }
  return { kind: "struct", fields };
}
