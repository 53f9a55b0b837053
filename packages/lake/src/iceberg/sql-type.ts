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

function nestedSqlType(type: Exclude<IcebergType, string>): SqlType | undefined {
  if (type.type === "list") {
    const element = toSqlType(type.element);
    return element === undefined ? undefined : { kind: "list", element };
  }
  if (type.type === "map") {
    const [key, value] = [toSqlType(type.key), toSqlType(type.value)];
    return key === undefined || value === undefined ? undefined : { kind: "map", key, value };
  }
  const fields = type.fields.flatMap((field) => {
    const inner = toSqlType(field.type);
    return inner === undefined ? [] : [{ name: field.name, type: inner }];
  });
  return fields.length < type.fields.length ? undefined : { kind: "struct", fields };
}

/** The engine's type for a stored type, or undefined when it is none of format version 2. */
export function toSqlType(type: IcebergType): SqlType | undefined {
  if (typeof type !== "string") return nestedSqlType(type);
  const primitive = parsePrimitive(type);
  if (primitive === undefined) return undefined;
  if (primitive.kind === "decimal") return primitive;
  return primitive.kind === "fixed" ? { kind: "binary" } : SIMPLE[primitive.kind];
}

type SingleSqlType = Exclude<SqlType, { readonly kind: "list" | "struct" | "map" }>;

function single(type: SingleSqlType): string {
  if (type.kind === "decimal") return `decimal(${type.precision}, ${type.scale})`;
  return Object.entries(SIMPLE).find(([, known]) => known.kind === type.kind)?.[0] ?? "string";
}

function nested(type: SqlType, nextId: () => number): IcebergType {
  if (type.kind === "list") return { type: "list", "element-id": nextId(), "element-required": false, element: nested(type.element, nextId) };
  if (type.kind === "map") {
    const [keyId, valueId] = [nextId(), nextId()];
    const key = nested(type.key, nextId);
    return { type: "map", "key-id": keyId, key, "value-id": valueId, "value-required": false, value: nested(type.value, nextId) };
  }
  if (type.kind !== "struct") return single(type);
  return { type: "struct", fields: type.fields.map((field) => ({ id: nextId(), name: field.name, required: false, type: nested(field.type, nextId) })) };
}

/** The stored type of a column the engine computed. The ids inside a nested one count from 1: give it those of a table before it is used in one. */
export function toIcebergType(type: SingleSqlType): string;
export function toIcebergType(type: SqlType): IcebergType;
export function toIcebergType(type: SqlType): IcebergType {
  let lastId = 0;
  return nested(type, () => {
    lastId += 1;
    return lastId;
  });
}
