import type { IcebergType } from "../iceberg/index.ts";

/** One change of a table's columns. Fields are named by id, list elements and map values too; `after: null` means first. */
export type SchemaChange =
  | AddColumn
  | { readonly kind: "drop"; readonly fieldId: number }
  | { readonly kind: "rename"; readonly fieldId: number; readonly name: string }
  /** Only what keeps every value: `int` to `long`, `float` to `double`, a decimal to one of more digits and the same scale. */
  | { readonly kind: "widen"; readonly fieldId: number; readonly type: string }
  | { readonly kind: "move"; readonly fieldId: number; readonly after: number | null }
  /** Null removes the description. */
  | { readonly kind: "doc"; readonly fieldId: number; readonly doc: string | null }
  /** Requiring a value needs `isChecked`: the caller made sure, under the table's lock, that none is missing. */
  | { readonly kind: "require"; readonly fieldId: number; readonly required: boolean; readonly isChecked?: boolean }
  /** The columns that identify a row; empty for none. */
  | { readonly kind: "keys"; readonly fieldIds: readonly number[] };

export interface AddColumn {
  readonly kind: "add";
  readonly name: string;
  /** The ids inside a nested type do not count: new ones are given. */
  readonly type: IcebergType;
  /** A struct, or a list or map of structs; left out for a column. */
  readonly parent?: number;
  readonly doc?: string;
  /** Only with `isChecked`: there are no rows yet, which would lack the value. */
  readonly required?: boolean;
  readonly isChecked?: boolean;
  /** Left out: last. */
  readonly after?: number | null;
  /** Whether the platform adds it for itself, under a name people may not use. */
  readonly isSystem?: boolean;
}
