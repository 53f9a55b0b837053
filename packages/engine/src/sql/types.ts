/** A column type as the engine knows it; printers spell it in their dialect. */
export type SqlType =
  | { readonly kind: "boolean" | "integer" | "bigint" | "float" | "double" | "date" | "time" | "timestamp" | "timestamptz" | "text" | "uuid" | "binary" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number };

export type SqlTypeKind = SqlType["kind"];
