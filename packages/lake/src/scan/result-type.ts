import type { SqlType } from "@granary/engine";
import { toIcebergType, toSqlType } from "../iceberg/index.ts";

const KINDS: Readonly<Record<string, Exclude<SqlType["kind"], "decimal" | "list" | "struct" | "map">>> = {
  BOOLEAN: "boolean",
  TINYINT: "integer",
  SMALLINT: "integer",
  INTEGER: "integer",
  BIGINT: "bigint",
  FLOAT: "float",
  DOUBLE: "double",
  DATE: "date",
  TIME: "time",
  TIMESTAMP: "timestamp",
  "TIMESTAMP WITH TIME ZONE": "timestamptz",
  UUID: "uuid",
  BLOB: "binary",
};

/** The Iceberg spelling of a type the engine reports for a computed column; text when there is none. */
export function typeOfResult(engineType: string): string {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(engineType);
  if (decimal !== null) return toIcebergType({ kind: "decimal", precision: Number(decimal[1]), scale: Number(decimal[2]) });
  return toIcebergType({ kind: KINDS[engineType] ?? "text" });
}

/** The engine's type for such a name; undefined for nested types and ones that stored columns never have. */
export function sqlTypeOfResult(engineType: string): SqlType | undefined {
  const isKnown = engineType === "VARCHAR" || engineType.startsWith("DECIMAL(") || KINDS[engineType] !== undefined;
  return isKnown ? toSqlType(typeOfResult(engineType)) : undefined;
}
