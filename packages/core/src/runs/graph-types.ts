import type { SqlType } from "@granary/engine";
import { decimalOf, type GraphColumn, type GraphType } from "@granary/protocol";

const NAMES: Readonly<Record<string, GraphType>> = {
  BOOLEAN: "boolean",
  TINYINT: "integer",
  SMALLINT: "integer",
  INTEGER: "integer",
  BIGINT: "integer",
  UTINYINT: "integer",
  USMALLINT: "integer",
  UINTEGER: "integer",
  FLOAT: "number",
  DOUBLE: "number",
  DATE: "date",
  TIME: "time",
  TIMESTAMP: "timestamp",
  "TIMESTAMP WITH TIME ZONE": "timestamptz",
  UUID: "uuid",
  BLOB: "binary",
  VARCHAR: "text",
  HUGEINT: "decimal(38,0)",
  UBIGINT: "decimal(20,0)",
};

/** The type a pipeline calls what the engine reports; nested values are JSON. */
export function graphTypeOf(engineType: string): GraphType {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(engineType);
  if (decimal !== null) return `decimal(${Number(decimal[1])},${Number(decimal[2])})`;
  return NAMES[engineType] ?? "json";
}

export const graphColumns = (columns: readonly { readonly name: string; readonly type: string }[]): GraphColumn[] =>
  columns.map(({ name, type }) => ({ name, type: graphTypeOf(type) }));

const KINDS: Readonly<Record<string, Exclude<SqlType["kind"], "decimal" | "list" | "struct" | "map">>> = {
  text: "text",
  integer: "bigint",
  number: "double",
  boolean: "boolean",
  date: "date",
  time: "time",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  uuid: "uuid",
  binary: "binary",
};

/** The engine's type for a pipeline's; JSON lies in texts. */
export function sqlTypeOf(type: GraphType): SqlType {
  const decimal = decimalOf(type);
  return decimal === undefined ? { kind: KINDS[type] ?? "text" } : { kind: "decimal", ...decimal };
}
