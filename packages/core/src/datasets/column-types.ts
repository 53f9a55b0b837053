import type { Column } from "@granary/protocol";

const EXACT: Readonly<Record<string, Column["type"]>> = {
  boolean: "boolean",
  int: "integer",
  long: "integer",
  float: "number",
  double: "number",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamp",
};

/** The type people see for a stored (Iceberg) type; whatever has no name of its own is shown as text. */
export function columnTypeOf(storedType: string): Column["type"] {
  return EXACT[storedType] ?? (storedType.startsWith("decimal") ? "decimal" : "text");
}
