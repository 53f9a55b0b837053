import type { GraphColumn, GraphType } from "@granary/protocol";
import { quoteName } from "./quote.ts";

/** A column as `information_schema` describes it. */
export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  /** Such as `int(10) unsigned`. */
  readonly sourceType: string;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly isNullable: boolean;
}

const TYPES: Readonly<Record<string, GraphType>> = {
  tinyint: "integer",
  smallint: "integer",
  mediumint: "integer",
  int: "integer",
  year: "integer",
  float: "number",
  double: "number",
  date: "date",
  time: "time",
  datetime: "timestamp",
  timestamp: "timestamptz",
  binary: "binary",
  varbinary: "binary",
  tinyblob: "binary",
  blob: "binary",
  mediumblob: "binary",
  longblob: "binary",
  json: "json",
  uuid: "uuid",
};

const MAX_DIGITS = 38;
const GEOMETRIES = new Set([
  "geometry",
  "point",
  "linestring",
  "polygon",
  "multipoint",
  "multilinestring",
  "multipolygon",
  "geometrycollection",
  "geomcollection",
]);

/** The type a column has on its way through a pipeline. */
export function graphColumnOf({ name, type, sourceType, precision, scale }: CatalogColumn): GraphColumn {
  if (type === "bigint") return { name, type: sourceType.includes("unsigned") ? "decimal(20,0)" : "integer" };
  if (type === "bit") return { name, type: "decimal(20,0)" };
  if (type === "decimal") return { name, type: precision !== null && precision <= MAX_DIGITS ? `decimal(${precision},${scale ?? 0})` : "text" };
  return { name, type: TYPES[type] ?? "text" };
}

/** The text of a value as the platform writes it, before it is quoted. */
function textExpression({ name, type }: CatalogColumn): string {
  const column = quoteName(name);
  if (type.endsWith("blob") || type.endsWith("binary")) return `lower(hex(${column}))`;
  if (GEOMETRIES.has(type)) return `st_astext(${column})`;
  switch (type) {
    case "float":
      // As it is, a float is printed with six digits.
      return `cast(${column} + 0e0 as char)`;
    case "bit":
      return `cast(${column} + 0 as char)`;
    case "timestamp":
      return `concat(${column}, '+00')`;
    default:
      return `convert(${column} using utf8mb4)`;
  }
}

const PLAIN = new Set([
  "tinyint",
  "smallint",
  "mediumint",
  "int",
  "bigint",
  "year",
  "decimal",
  "float",
  "double",
  "bit",
  "date",
  "time",
  "datetime",
  "timestamp",
  "uuid",
]);

/** The value as it stands in a line of CSV: quoted, or nothing. */
function fieldExpression(column: CatalogColumn): string {
  const text = textExpression(column);
  const isPlain = PLAIN.has(column.type) || column.type.endsWith("blob") || column.type.endsWith("binary");
  return `ifnull(concat('"', ${isPlain ? text : `replace(${text}, '"', '""')`}, '"'), '')`;
}

/** A whole row as one line of the platform's CSV: the server puts it together, so that rows are never taken apart here. */
export const lineExpression = (columns: readonly CatalogColumn[]): string => `concat_ws(',', ${columns.map(fieldExpression).join(", ")})`;
