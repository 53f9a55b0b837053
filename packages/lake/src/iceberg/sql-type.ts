import type { SqlType } from "@granary/engine";
import { parsePrimitive, type SimpleKind } from "./primitive.ts";
import type { IcebergType } from "./types.ts";

const SIMPLE: Readonly<Record<SimpleKind, SqlType>> = {
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
  binary: { kind: "binary" },
};

/** The engine's type for a stored type, or undefined when it is none of format version 2. */
export function toSqlType(type: IcebergType): SqlType | undefined {
  const primitive = parsePrimitive(type);
  if (primitive === undefined) return undefined;
  if (primitive.kind === "decimal") return primitive;
  return primitive.kind === "fixed" ? { kind: "binary" } : SIMPLE[primitive.kind];
}

/** The stored type of a column the engine computed. */
export function toIcebergType(type: SqlType): string {
  if (type.kind === "decimal") return `decimal(${type.precision}, ${type.scale})`;
  return Object.entries(SIMPLE).find(([, known]) => known.kind === type.kind)?.[0] ?? "string";
}
