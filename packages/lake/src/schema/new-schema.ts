import type { IcebergSchema } from "../iceberg/index.ts";
import { applyChange, type Draft } from "./apply-change.ts";
import type { NewField } from "./assign-field-ids.ts";
import { checkDistinctNames, invalid } from "./names.ts";

export interface NewSchemaInput {
  readonly columns: readonly (NewField & { readonly isSystem?: boolean })[];
  /** Names of columns that identify a row; they become required. */
  readonly keys?: readonly string[];
}

/** The first schema of a table: columns in order, with field ids given. Throws `lake.schema_change_invalid`. */
export function newSchema(input: NewSchemaInput): IcebergSchema {
  if (input.columns.length === 0) throw invalid("there is no column; add one");
  const keys = new Set(input.keys);
  let draft: Draft = { fields: [], keys: [], lastId: 0, pinned: new Map() };
  for (const column of input.columns)
    draft = applyChange(draft, { kind: "add", ...column, required: column.required || keys.has(column.name), isChecked: true });
  checkDistinctNames(draft.fields);
  for (const name of keys) if (!draft.fields.some((field) => field.name === name)) throw invalid(`there is no column ${name} to be a key column`);
  const ids = draft.fields.filter((field) => keys.has(field.name)).map((field) => field.id);
  if (ids.length > 0) draft = applyChange(draft, { kind: "keys", fieldIds: ids });
  return { type: "struct", "schema-id": 0, ...(ids.length === 0 ? {} : { "identifier-field-ids": ids }), fields: draft.fields };
}
