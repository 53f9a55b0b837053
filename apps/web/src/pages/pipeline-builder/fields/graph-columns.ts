import { type Column, decimalOf, type GraphColumn, type GraphType } from "@granary/protocol";

/** A dataset's column as pipelines know it. */
export function graphColumnOf({ name, type, storedType }: Pick<Column, "name" | "type" | "storedType">): GraphColumn {
  const exact = storedType.replaceAll(" ", "");
  if (type === "decimal") return { name, type: decimalOf(exact) === undefined ? "number" : (exact as GraphType) };
  if (type === "timestamp") return { name, type: storedType === "timestamptz" ? "timestamptz" : "timestamp" };
  if (type === "text" && (storedType === "uuid" || storedType === "binary" || storedType === "time")) return { name, type: storedType };
  return { name, type };
}
