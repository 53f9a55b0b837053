import { and, call, cast, compare, type Expression, fitsType, isNull, literal, not, or, type SqlType, textToType, tryCast } from "@granary/engine";
import { type IcebergType, parsePrimitive } from "../iceberg/index.ts";

/** How a source's value becomes one of a column. */
export interface Conversion {
  readonly value: Expression;
  /** True for values that become the column's without loss, null among them; undefined when all of them do. */
  readonly fits?: Expression;
}

export interface ColumnOfSource {
  readonly value: Expression;
  /** As the engine reports it, such as `DECIMAL(18,2)`. */
  readonly engineType: string;
}

export interface ColumnOfTable {
  readonly type: IcebergType;
  readonly sqlType: SqlType;
  /** What the engine reports for `sqlType`. */
  readonly engineType: string;
}

const TEXT: SqlType = { kind: "text" };
const SMALL_INTEGERS = ["TINYINT", "SMALLINT", "UTINYINT", "USMALLINT"];
const INT = [...SMALL_INTEGERS, "INTEGER"];
const LONG = [...INT, "UINTEGER", "BIGINT"];

/** Source types every value of which a column type holds exactly. */
const ALWAYS_FIT: Readonly<Partial<Record<SqlType["kind"], readonly string[]>>> = {
  integer: SMALL_INTEGERS,
  bigint: [...INT, "UINTEGER"],
  float: SMALL_INTEGERS,
  double: [...INT, "UINTEGER", "FLOAT"],
  timestamp: ["DATE", "TIMESTAMP_S", "TIMESTAMP_MS"],
  timestamptz: ["DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS"],
};

/** Types a value can be taken back to for comparison. */
const BACK: Readonly<Record<string, SqlType>> = {
  BOOLEAN: { kind: "boolean" },
  INTEGER: { kind: "integer" },
  BIGINT: { kind: "bigint" },
  FLOAT: { kind: "float" },
  DOUBLE: { kind: "double" },
  DATE: { kind: "date" },
  TIME: { kind: "time" },
  TIMESTAMP: { kind: "timestamp" },
  "TIMESTAMP WITH TIME ZONE": { kind: "timestamptz" },
  ...Object.fromEntries(LONG.filter((name) => name !== "INTEGER" && name !== "BIGINT").map((name) => [name, { kind: "bigint" }])),
};

function backType(engineType: string): SqlType {
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(engineType) ?? [];
  return precision === undefined ? (BACK[engineType] ?? TEXT) : { kind: "decimal", precision: Number(precision), scale: Number(scale) };
}

/** Comes out as it went in; types that cannot be named here are compared as texts. */
function returnsUnchanged({ value, engineType }: ColumnOfSource, type: SqlType): Expression {
  const back = backType(engineType);
  const converted = tryCast(value, type);
  const same = compare(cast(converted, back), "=", back === TEXT ? cast(value, TEXT) : value);
  return or(isNull(value), and(not(isNull(converted)), call("coalesce", same, literal(false))));
}

/** A value of fixed length has exactly that many bytes; the engine itself knows no such type. */
const hasLength = (value: Expression, length: number): Expression =>
  or(isNull(value), compare(call("length", call("encode_hex", value)), "=", literal(length * 2)));

function convert(source: ColumnOfSource, target: ColumnOfTable): Conversion {
  const { value, engineType } = source;
  if (engineType === target.engineType) return { value };
  if (target.sqlType.kind === "text" || ALWAYS_FIT[target.sqlType.kind]?.includes(engineType)) return { value: cast(value, target.sqlType) };
  // An untyped null, as in a column that was written down without a value.
  if (engineType === '"NULL"') return { value: cast(value, target.sqlType) };
  if (engineType === "VARCHAR") return { value: textToType(value, target.sqlType), fits: fitsType(value, target.sqlType) };
  return { value: cast(value, target.sqlType), fits: returnsUnchanged(source, target.sqlType) };
}

/** Makes a source's value one of the column's type. */
export function conversionOf(source: ColumnOfSource, target: ColumnOfTable): Conversion {
  const conversion = convert(source, target);
  const primitive = parsePrimitive(target.type);
  if (primitive?.kind !== "fixed") return conversion;
  const length = hasLength(conversion.value, primitive.length);
  return { ...conversion, fits: conversion.fits === undefined ? length : and(conversion.fits, length) };
}
