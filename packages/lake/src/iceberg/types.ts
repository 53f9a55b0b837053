/** A 64-bit integer: a number where that is exact, otherwise a bigint. */
export type Long = number | bigint;

/**
 * A column type of format version 2. Primitives are spelled as in the specification: `boolean`, `int`, `long`, `float`,
 * `double`, `decimal(P, S)`, `date`, `time`, `timestamp`, `timestamptz`, `string`, `uuid`, `fixed[L]`, `binary`.
 */
export type IcebergType = string | StructType | ListType | MapType;

export interface StructType {
  readonly type: "struct";
  readonly fields: readonly IcebergField[];
}

export interface ListType {
  readonly type: "list";
  readonly "element-id": number;
  readonly "element-required": boolean;
  readonly element: IcebergType;
}

export interface MapType {
  readonly type: "map";
  readonly "key-id": number;
  readonly key: IcebergType;
  readonly "value-id": number;
  readonly "value-required": boolean;
  readonly value: IcebergType;
}

/** A column, or a field of a struct. Its id is its identity; the name may change. */
export interface IcebergField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string;
}

/** The columns of a table at some time. */
export interface IcebergSchema {
  readonly type: "struct";
  readonly "schema-id": number;
  /** Columns that identify a row. */
  readonly "identifier-field-ids"?: readonly number[];
  readonly fields: readonly IcebergField[];
}

export interface IcebergPartitionField {
  readonly "source-id": number;
  /** 1000 or more, and the same in every spec that has the same source and transform. */
  readonly "field-id": number;
  readonly name: string;
  readonly transform: string;
}

export interface IcebergPartitionSpec {
  readonly "spec-id": number;
  readonly fields: readonly IcebergPartitionField[];
}

export interface IcebergSortField {
  readonly transform: string;
  readonly "source-id": number;
  readonly direction: "asc" | "desc";
  readonly "null-order": "nulls-first" | "nulls-last";
}

export interface IcebergSortOrder {
  readonly "order-id": number;
  readonly fields: readonly IcebergSortField[];
}

/** One immutable state of a table. */
export interface IcebergSnapshot {
  readonly "snapshot-id": Long;
  /** Left out for the first one: readers in Java fail on a null. */
  readonly "parent-snapshot-id"?: Long;
  readonly "sequence-number": Long;
  readonly "timestamp-ms": number;
  readonly "manifest-list": string;
  readonly "schema-id"?: number;
  readonly summary: Readonly<Record<string, string>>;
}

/** A name for a snapshot. A branch moves with commits, a tag stays. */
export interface IcebergRef {
  readonly "snapshot-id": Long;
  readonly type: "branch" | "tag";
  /** Branches only: how much of its history expiry keeps. */
  readonly "min-snapshots-to-keep"?: number;
  readonly "max-snapshot-age-ms"?: number;
  /** When expiry removes the name itself; never for `main`. */
  readonly "max-ref-age-ms"?: number;
}

/** A statistics file another engine wrote; kept while its snapshot is. */
export interface IcebergStatistics {
  readonly "snapshot-id": Long;
  readonly "statistics-path": string;
  readonly [key: string]: unknown;
}

/** The content of a table's metadata file (format version 2); entries of other writers we do not know are kept. */
export interface TableMetadata {
  readonly "format-version": 2;
  readonly "table-uuid": string;
  readonly location: string;
  readonly "last-sequence-number": Long;
  readonly "last-updated-ms": number;
  readonly "last-column-id": number;
  readonly schemas: readonly IcebergSchema[];
  readonly "current-schema-id": number;
  readonly "partition-specs": readonly IcebergPartitionSpec[];
  readonly "default-spec-id": number;
  readonly "last-partition-id": number;
  readonly "sort-orders": readonly IcebergSortOrder[];
  readonly "default-sort-order-id": number;
  readonly properties?: Readonly<Record<string, string>>;
  readonly "current-snapshot-id"?: Long;
  readonly refs?: Readonly<Record<string, IcebergRef>>;
  readonly snapshots?: readonly IcebergSnapshot[];
  readonly "snapshot-log"?: readonly { readonly "snapshot-id": Long; readonly "timestamp-ms": number }[];
  readonly "metadata-log"?: readonly { readonly "metadata-file": string; readonly "timestamp-ms": number }[];
  readonly statistics?: readonly IcebergStatistics[];
  readonly "partition-statistics"?: readonly IcebergStatistics[];
}
