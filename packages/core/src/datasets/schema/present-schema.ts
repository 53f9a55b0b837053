import type { Id } from "@granary/kernel";
import type { DatasetSchema, SchemaColumn } from "@granary/protocol";
import { atLeast, mayDo } from "../../access/index.ts";
import type { Principal } from "../../context/index.ts";
import { presentColumn } from "../present.ts";
import { type DatasetRow, seenColumns } from "../seen-datasets.ts";
import type { SchemaRow, SchemaState } from "./schema-state.ts";
import { keyNames } from "./target-schema.ts";

export function presentSchemaColumns({ columns, keys }: SchemaState): SchemaColumn[] {
  return columns.map((column) => ({
    ...presentColumn(column),
    id: column.fieldId,
    description: column.description ?? "",
    semanticType: (column.semanticType ?? null) as SchemaColumn["semanticType"],
    required: column.required ?? false,
    unique: column.unique ?? false,
    key: keys.includes(column.fieldId),
    allowedValues: column.allowedValues === undefined ? null : [...column.allowedValues],
  }));
}

export const presentPerson = (id: string | null, name: string | null): { id: Id<"user">; name: string } | null =>
  id === null || name === null ? null : { id: id as Id<"user">, name };

/** Whether a person may change the dataset's columns: its owners may. */
const mayChangeSchema = (principal: Principal, dataset: DatasetRow): boolean =>
  atLeast(dataset.decision.level, "owner") && !dataset.decision.hides.columns && !dataset.decision.hides.rows && mayDo(principal, "dataset:update");

/** A schema without the columns that are hidden from somebody. */
export function seenSchema<S extends SchemaState>(schema: S, { decision }: DatasetRow): S {
  const columns = seenColumns(schema.columns, decision);
  return { ...schema, columns, keys: schema.keys.filter((key) => columns.some(({ fieldId }) => fieldId === key)) };
}

/** Columns as the caller sees them. */
export function presentSchema(principal: Principal, dataset: DatasetRow, stored: SchemaRow, dataVersion?: number): DatasetSchema {
  const schema = seenSchema(stored, dataset);
  return {
    version: schema.number,
    dataVersion: dataVersion ?? schema.lastData ?? dataset.data_version,
    columns: presentSchemaColumns(schema),
    keys: [...keyNames(schema)],
    at: schema.createdAt.toISOString(),
    by: presentPerson(schema.byId, schema.byName),
    reason: schema.reason,
    can: { change: mayChangeSchema(principal, dataset) && schema.number === dataset.schema_version },
  };
}
