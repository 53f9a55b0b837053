import type { GraphColumn, GraphType } from "@granary/protocol";
import { type ExpressionType, isList } from "../expression/index.ts";

/** Columns on an edge; undefined while they are not known. */
export type Columns = readonly GraphColumn[] | undefined;

/** A column by its name, small and capital letters being the same to the engine. */
export function findColumn(columns: readonly GraphColumn[], name: string): GraphColumn | undefined {
  return columns.find((column) => column.name === name) ?? columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
}

/** The type a column gets that holds values of an expression: lists go as JSON, and null by itself as text. */
export function columnTypeOf(type: ExpressionType): GraphType {
  if (isList(type)) return "json";
  return type === "null" || type === "unknown" || type === "interval" ? "text" : type;
}

/** Columns with some put in the place of those of the same name, others behind. */
export function withColumns(columns: readonly GraphColumn[], more: readonly GraphColumn[]): readonly GraphColumn[] {
  const added = new Map(more.map((column) => [column.name.toLowerCase(), column]));
  const kept = columns.map((column) => added.get(column.name.toLowerCase()) ?? column);
  const known = new Set(columns.map((column) => column.name.toLowerCase()));
  return [...kept, ...more.filter((column) => !known.has(column.name.toLowerCase()))];
}

const OUT_OF_TIMES = new Set(["date", "timestamp", "timestamptz"]);

/** What a masked column holds: most masks answer texts, of lists and objects JSON. */
export function maskedType(mask: string, type: GraphType): GraphType {
  if (mask === "null") return type;
  if (mask === "date_truncate" && OUT_OF_TIMES.has(type)) return type;
  if (mask === "numeric_round" && (type === "integer" || type === "number" || type.startsWith("decimal"))) return type;
  return "text";
}
