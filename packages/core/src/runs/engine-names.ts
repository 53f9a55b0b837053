import type { SqlType } from "@granary/engine";

const NAMES: Readonly<Partial<Record<SqlType["kind"], string>>> = {
  text: "VARCHAR",
  integer: "INTEGER",
  bigint: "BIGINT",
  float: "FLOAT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  time: "TIME",
  timestamp: "TIMESTAMP",
  timestamptz: "TIMESTAMP WITH TIME ZONE",
  uuid: "UUID",
  binary: "BLOB",
};

/** What the engine calls a type when it tells of columns. */
export const engineNameOf = (type: SqlType): string => (type.kind === "decimal" ? `DECIMAL(${type.precision},${type.scale})` : (NAMES[type.kind] ?? "JSON"));
