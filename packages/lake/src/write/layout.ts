import { problem } from "@granary/protocol";
import { fieldsById, type IcebergPartitionSpec, type IcebergSchema, type IcebergSortOrder, parseTransform, partitionTypes } from "../iceberg/index.ts";
import type { TableDefinition } from "../change/index.ts";
import { firstLayout } from "../metadata/index.ts";
import type { OpenTable } from "../table/index.ts";

/** How a table wants its rows stored. */
export interface Layout {
  readonly spec: IcebergPartitionSpec;
  /** The types of the spec's values. */
  readonly partitionTypes: readonly string[];
  readonly sortOrder: IcebergSortOrder;
}

/** Of a table that is there: as its next rows are to be written. */
export function layoutOf(table: OpenTable): Layout {
  const spec = table.partitionSpecs.find((candidate) => candidate["spec-id"] === table.defaultSpecId);
  if (spec === undefined) throw problem("lake.unsupported", { reason: `its metadata lacks the partition spec ${table.defaultSpecId}` });
  return { spec, partitionTypes: partitionTypes(table.schemas, spec), sortOrder: table.sortOrder };
}

/** Of a table that is about to be made. */
export function layoutOfNew(schema: IcebergSchema, definition: TableDefinition | undefined): Layout {
  const { spec, sortOrder } = firstLayout(schema, definition ?? {});
  return { spec, partitionTypes: partitionTypes([schema], spec), sortOrder };
}

export const isPartitioned = (layout: Layout): boolean => layout.spec.fields.length > 0;

/** Whether the rows can be sorted as the table asks: columns of its order that were dropped cannot be sorted by. */
export function isSorted(layout: Layout, schema: IcebergSchema): boolean {
  const known = fieldsById(schema);
  const { fields } = layout.sortOrder;
  return fields.length > 0 && fields.every((field) => known.has(field["source-id"]) && parseTransform(field.transform) !== undefined);
}
