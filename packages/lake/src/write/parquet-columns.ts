import type { FieldIds } from "@granary/engine";
import type { IcebergField, IcebergSchema, IcebergType } from "../iceberg/index.ts";

type FieldId = FieldIds[string];

function withChildren(id: number, children: FieldIds | undefined): FieldId {
  return children === undefined ? id : { id, children };
}

function childrenOf(type: IcebergType): FieldIds | undefined {
  if (typeof type === "string") return undefined;
  if (type.type === "struct") return parquetFieldIds(type.fields);
  if (type.type === "list") return { element: withChildren(type["element-id"], childrenOf(type.element)) };
  return { key: withChildren(type["key-id"], childrenOf(type.key)), value: withChildren(type["value-id"], childrenOf(type.value)) };
}

/** The field ids a Parquet file carries, nested as its columns are. */
export function parquetFieldIds(fields: readonly IcebergField[]): FieldIds {
  return Object.fromEntries(fields.map((field) => [field.name, withChildren(field.id, childrenOf(field.type))]));
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** What the engine's statistics call a column or a part of one. */
export const statisticsKey = (path: readonly string[]): string => path.map(quoted).join(".");

/** The schema with these of its columns only, as a file that lacks the others declares it. */
export function narrowed(schema: IcebergSchema, fields: readonly IcebergField[]): IcebergSchema {
  return { ...schema, fields };
}
