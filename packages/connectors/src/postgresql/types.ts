import type { GraphColumn, GraphType } from "@granary/protocol";
import { quoteName } from "./quote.ts";

/** A column as the catalogue describes it; domains by the type below them. */
export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  /** `typtype` and `typcategory` of pg_type. */
  readonly kind: string;
  readonly category: string;
  readonly modifier: number;
  /** As `format_type` prints it. */
  readonly sourceType: string;
  readonly isNullable: boolean;
}

const TYPES: Readonly<Record<string, GraphType>> = {
  bool: "boolean",
  int2: "integer",
  int4: "integer",
  int8: "integer",
  oid: "integer",
  float4: "number",
  float8: "number",
  date: "date",
  time: "time",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  uuid: "uuid",
  bytea: "binary",
  json: "json",
  jsonb: "json",
};

const MAX_DIGITS = 38;

function numericType(modifier: number): GraphType {
  if (modifier < 4) return "text";
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  // Without limits, or beyond 38 digits, only text holds every value.
  return precision <= MAX_DIGITS && scale >= 0 && scale <= precision ? `decimal(${precision},${scale})` : "text";
}

const isStructured = ({ kind, category }: CatalogColumn): boolean => category === "A" || kind === "c";

/** The type a column has on its way through a pipeline. */
export function graphColumnOf(column: CatalogColumn): GraphColumn {
  const { name, type, modifier } = column;
  if (isStructured(column)) return { name, type: "json" };
  return { name, type: type === "numeric" ? numericType(modifier) : (TYPES[type] ?? "text") };
}

/** The expression whose text is the value as the platform writes it. */
export function valueExpression(column: CatalogColumn): string {
  const name = quoteName(column.name);
  if (isStructured(column)) return `to_json(${name})::text`;
  switch (column.type) {
    case "bool":
      return `${name}::text`;
    case "bytea":
      return `encode(${name}, 'hex')`;
    case "date":
    case "timestamp":
    case "timestamptz":
      return `case when ${name} < '0001-01-01' then replace(${name}::text, ' BC', ' (BC)') else ${name}::text end`;
    default:
      return name;
  }
}
