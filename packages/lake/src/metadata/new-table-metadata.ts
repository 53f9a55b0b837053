import { highestFieldId, type IcebergSchema, type TableMetadata } from "../iceberg/index.ts";
import { firstLayout, type PartitionFieldInput, type SortFieldInput } from "./layout.ts";
import { setProperties } from "./set-properties.ts";

export interface NewTableInput {
  readonly uuid: string;
  readonly location: string;
  /** With all field ids, and the key columns as its identifier fields. */
  readonly schema: IcebergSchema;
  readonly partition?: readonly PartitionFieldInput[];
  readonly sortOrder?: readonly SortFieldInput[];
  readonly properties?: Readonly<Record<string, string>>;
  readonly nowMs: number;
}

/** Metadata of a table that has no snapshot yet. Throws `lake.layout_invalid` or `lake.property_invalid`. */
export function newTableMetadata(input: NewTableInput): TableMetadata {
  const { spec, lastFieldId, sortOrder } = firstLayout(input.schema, input);
  const metadata: TableMetadata = {
    "format-version": 2,
    "table-uuid": input.uuid,
    location: input.location,
    "last-sequence-number": 0,
    "last-updated-ms": input.nowMs,
    "last-column-id": highestFieldId(input.schema),
    schemas: [input.schema],
    "current-schema-id": input.schema["schema-id"],
    "partition-specs": [spec],
    "default-spec-id": 0,
    "last-partition-id": lastFieldId,
    "sort-orders": [{ "order-id": 0, fields: [] }, ...(sortOrder["order-id"] === 0 ? [] : [sortOrder])],
    "default-sort-order-id": sortOrder["order-id"],
    properties: { "write.format.default": "parquet", "write.parquet.compression-codec": "zstd" },
    refs: {},
    snapshots: [],
    "snapshot-log": [],
    "metadata-log": [],
  };
  return setProperties(metadata, { set: input.properties ?? {} });
}
