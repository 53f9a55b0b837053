import { problem } from "@granary/protocol";
import type { SqlType, TypedName } from "../types.ts";
import { printName } from "./text.ts";

const simple = (name: string) => (): string => name;

const TYPES: { readonly [K in SqlType["kind"]]: (type: Extract<SqlType, { kind: K }>) => string } = {
  boolean: simple("BOOLEAN"),
  integer: simple("INTEGER"),
  bigint: simple("BIGINT"),
  float: simple("FLOAT"),
  double: simple("DOUBLE"),
  date: simple("DATE"),
  time: simple("TIME"),
  timestamp: simple("TIMESTAMP"),
  timestamptz: simple("TIMESTAMPTZ"),
  text: simple("VARCHAR"),
  uuid: simple("UUID"),
  binary: simple("BLOB"),
  decimal: ({ precision, scale }) => {
    const valid = Number.isInteger(precision) && Number.isInteger(scale) && precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision;
    if (!valid) throw problem("engine.statement_invalid", { reason: `decimal(${precision}, ${scale}) is outside 1-38 digits` });
    return `DECIMAL(${precision}, ${scale})`;
  },
  list: (type) => `${printType(type.element)}[]`,
  struct: (type) => {
    if (type.fields.length === 0) throw problem("engine.statement_invalid", { reason: "a struct needs at least one field" });
    return `STRUCT(${printTypedNames(type.fields)})`;
  },
  map: (type) => `MAP(${printType(type.key)}, ${printType(type.value)})`,
};

export function printType(type: SqlType): string {
  if (!Object.hasOwn(TYPES, type.kind)) throw problem("engine.statement_invalid", { reason: "the type is not known" });
  return (TYPES[type.kind] as (type: SqlType) => string)(type);
}

const printTypedNames = (fields: readonly TypedName[]): string => fields.map((field) => `${printName(field.name)} ${printType(field.type)}`).join(", ");
