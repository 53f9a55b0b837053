import { type IcebergField, type IcebergSchema, type IcebergType, schemaOf, specOf, type TableMetadata } from "../iceberg/index.ts";
import { applyChange, type Draft } from "./apply-change.ts";
import { checkDistinctNames, invalid } from "./names.ts";
import type { SchemaChange } from "./schema-change.ts";

/** Columns the table's present layout is made of; older specs and orders may lose theirs. */
function pinnedOf(metadata: TableMetadata): ReadonlyMap<number, string> {
  const order = metadata["sort-orders"].find((candidate) => candidate["order-id"] === metadata["default-sort-order-id"]);
  return new Map([
    ...(order?.fields ?? []).map((field) => [field["source-id"], "sorted by"] as const),
    ...specOf(metadata).fields.map((field) => [field["source-id"], "partitioned by"] as const),
  ]);
}

/** A column may only be called like a partition field when that holds the column's own values. */
function checkPartitionNames(metadata: TableMetadata, fields: readonly IcebergField[]): void {
  for (const part of specOf(metadata).fields) {
    const column = fields.find((field) => field.name.toLowerCase() === part.name.toLowerCase());
    if (column !== undefined && !(column.id === part["source-id"] && part.transform === "identity"))
      throw invalid(`${column.name} is the name of a partition field; choose another one`);
  }
}

const typeForm = (type: IcebergType): unknown => {
  if (typeof type === "string") return type.replaceAll(" ", "");
  if (type.type === "struct") return type.fields.map(fieldForm);
  if (type.type === "list") return ["list", type["element-id"], type["element-required"], typeForm(type.element)];
  return ["map", type["key-id"], typeForm(type.key), type["value-id"], type["value-required"], typeForm(type.value)];
};

function fieldForm(field: IcebergField): unknown {
  return [field.id, field.name, field.required, field.doc ?? null, typeForm(field.type)];
}

/** Equal for columns that are alike in everything but the schema's id. */
const formOf = (schema: IcebergSchema): string =>
  JSON.stringify([schema.fields.map(fieldForm), [...(schema["identifier-field-ids"] ?? [])].sort((left, right) => left - right)]);

/**
 * Applies changes of columns as one. A schema the table had before comes back with its id; ids of fields are never given
 * twice. Metadata that stays the same is returned as it is. Throws `lake.schema_change_invalid`, which names the column and
 * what to do.
 */
export function evolveSchema(metadata: TableMetadata, changes: readonly SchemaChange[]): TableMetadata {
  const current = schemaOf(metadata);
  const start: Draft = {
    fields: current.fields,
    keys: current["identifier-field-ids"] ?? [],
    lastId: metadata["last-column-id"],
    pinned: pinnedOf(metadata),
  };
  const end = changes.reduce(applyChange, start);
  checkDistinctNames(end.fields);
  checkPartitionNames(metadata, end.fields);
  const schemaId = Math.max(...metadata.schemas.map((schema) => schema["schema-id"])) + 1;
  const next: IcebergSchema = {
    type: "struct",
    "schema-id": schemaId,
    ...(end.keys.length === 0 ? {} : { "identifier-field-ids": end.keys }),
    fields: end.fields,
  };
  const form = formOf(next);
  if (form === formOf(current)) return metadata;
  const known = metadata.schemas.find((schema) => formOf(schema) === form);
  return {
    ...metadata,
    "last-column-id": end.lastId,
    schemas: known === undefined ? [...metadata.schemas, next] : metadata.schemas,
    "current-schema-id": known?.["schema-id"] ?? schemaId,
  };
}
