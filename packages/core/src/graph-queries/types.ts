import type { SqlType } from "@granary/engine";
import type { ExpressionType } from "@granary/graph";
import { decimalOf, type GraphType, type GraphTypeName } from "@granary/protocol";

const TYPES: { readonly [K in GraphTypeName]: SqlType } = {
  text: { kind: "text" },
  integer: { kind: "bigint" },
  number: { kind: "double" },
  boolean: { kind: "boolean" },
  date: { kind: "date" },
  time: { kind: "time" },
  timestamp: { kind: "timestamp" },
  timestamptz: { kind: "timestamptz" },
  uuid: { kind: "uuid" },
  binary: { kind: "binary" },
  // JSON goes as its text: files and other engines then agree about it.
  json: { kind: "text" },
};

/** The engine's type of a column on an edge. Whole numbers have 64 bits, JSON goes as text. */
export function sqlTypeOf(type: GraphType): SqlType {
  const decimal = decimalOf(type);
  return decimal === undefined ? TYPES[type as GraphTypeName] : { kind: "decimal", ...decimal };
}

/** The same for whatever an expression answers; undefined for spans of time and null by itself. */
export function sqlTypeOfExpression(type: ExpressionType): SqlType | undefined {
  if (type === "interval" || type === "null" || type === "unknown") return undefined;
  if (!type.endsWith("[]")) return sqlTypeOf(type as GraphType);
  return { kind: "list", element: sqlTypeOf(type.slice(0, -2) as GraphType) };
}
