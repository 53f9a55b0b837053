import type { SqlType } from "@granary/engine";

/** A 64-bit integer: a number where that is exact, otherwise a bigint. */
export type Long = number | bigint;

/** A primitive as the specification spells it (`long`, `decimal(18, 2)`), or a nested type kept as found. */
export type IcebergType = string | { readonly type: "struct" | "list" | "map"; readonly [key: string]: unknown };

export interface IcebergField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string;
}

export interface IcebergSchema {
  readonly type: "struct";
  readonly "schema-id": number;
  readonly "identifier-field-ids"?: readonly number[];
  readonly fields: readonly IcebergField[];
}

const SIMPLE: Readonly<Record<string, SqlType>> = {
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

const DECIMAL = /^decimal\((\d+),\s*(\d+)\)$/;

/** The engine's type for a stored type, or undefined when it cannot be read here yet (nested types). */
export function toSqlType(type: IcebergType): SqlType | undefined {
  if (typeof type !== "string") return undefined;
  const decimal = DECIMAL.exec(type);
  if (decimal !== null) return { kind: "decimal", precision: Number(decimal[1]), scale: Number(decimal[2]) };
  return type.startsWith("fixed[") ? { kind: "binary" } : SIMPLE[type];
}

/** The stored type of a column the engine computed. */
export function toIcebergType(type: SqlType): string {
  if (type.kind === "decimal") return `decimal(${type.precision}, ${type.scale})`;
  return Object.keys(SIMPLE).find((name) => SIMPLE[name]?.kind === type.kind) ?? "string";
}
