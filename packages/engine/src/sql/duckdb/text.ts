import { problem } from "@granary/protocol";
import type { LiteralValue } from "../expression.ts";
import type { SqlType, SqlTypeKind } from "../types.ts";

/** A quoted identifier. */
export function printName(name: string): string {
  if (name === "" || name.includes("\0")) throw problem("engine.statement_invalid", { reason: "a name is empty or holds a NUL character" });
  return `"${name.replaceAll('"', '""')}"`;
}

/** A quoted text constant, for places where the grammar takes no expression. */
export function printText(value: string): string {
  if (value.includes("\0")) throw problem("engine.statement_invalid", { reason: "a text constant holds a NUL character" });
  return `'${value.replaceAll("'", "''")}'`;
}

/** The statement text ends at a NUL in DuckDB's parser, so that character is put together at run time. */
function printTextExpression(value: string): string {
  return value.includes("\0") ? `(${value.split("\0").map(printText).join(" || chr(0) || ")})` : printText(value);
}

function printNumber(value: number): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? parenthesised(String(value)) : `CAST('${String(value)}' AS DOUBLE)`;
}

const parenthesised = (digits: string): string => (digits.startsWith("-") ? `(${digits})` : digits);

export function printLiteral(value: LiteralValue): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return printTextExpression(value);
  if (typeof value === "number") return printNumber(value);
  return typeof value === "bigint" ? parenthesised(value.toString()) : value ? "TRUE" : "FALSE";
}

const TYPE_NAMES = {
  boolean: "BOOLEAN",
  integer: "INTEGER",
  bigint: "BIGINT",
  float: "FLOAT",
  double: "DOUBLE",
  date: "DATE",
  time: "TIME",
  timestamp: "TIMESTAMP",
  timestamptz: "TIMESTAMPTZ",
  text: "VARCHAR",
  uuid: "UUID",
  binary: "BLOB",
  decimal: "DECIMAL",
} as const satisfies Record<SqlTypeKind, string>;

export function printType(type: SqlType): string {
  const name = TYPE_NAMES[type.kind];
  if (type.kind !== "decimal") return name;
  const { precision, scale } = type;
  const valid = Number.isInteger(precision) && Number.isInteger(scale) && precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision;
  if (!valid) throw problem("engine.statement_invalid", { reason: `decimal(${precision}, ${scale}) is outside 1-38 digits` });
  return `${name}(${precision}, ${scale})`;
}
