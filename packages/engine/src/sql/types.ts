/** A named part of a struct, or a named column. Names differ in more than case: the engine cannot tell them apart otherwise. */
export interface TypedName {
  readonly name: string;
  readonly type: SqlType;
}

/** A column type as the engine knows it; printers spell it in their dialect. */
export type SqlType =
  | { readonly kind: "boolean" | "integer" | "bigint" | "float" | "double" | "date" | "time" | "timestamp" | "timestamptz" | "text" | "uuid" | "binary" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "list"; readonly element: SqlType }
  | { readonly kind: "struct"; readonly fields: readonly TypedName[] }
  | { readonly kind: "map"; readonly key: SqlType; readonly value: SqlType };

export type SqlTypeKind = SqlType["kind"];
