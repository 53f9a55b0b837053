import { decodeAvroFile, encodeAvroFile, type AvroValue } from "../avro/index.ts";
import { MANIFEST_ENTRY, MANIFEST_FILE, MANIFEST_NAMES } from "./manifest-schema.ts";
import type { IcebergSchema, Long } from "./types.ts";

/** What is known about one column in one data file. Bounds are in Iceberg's single-value form, in base 64. */
export interface ColumnFacts {
  readonly fieldId: number;
  readonly bytes: number;
  readonly values: number;
  readonly nulls: number;
  /** Undefined when it was not counted. */
  readonly nans?: number;
  readonly lower?: string;
  readonly upper?: string;
}

/** A Parquet file of a table. Plain data, so that a staged import can be stored and sent about. */
export interface DataFile {
  readonly uri: string;
  readonly records: number;
  readonly bytes: number;
  readonly columns: readonly ColumnFacts[];
  readonly splitOffsets: readonly number[];
}

/** A live or removed file as a manifest lists it. */
export interface ManifestEntry {
  readonly status: "existing" | "added" | "deleted";
  readonly content: "data" | "positionDeletes" | "equalityDeletes";
  /** Undefined when inherited from the manifest. */
  readonly sequenceNumber: Long | undefined;
  readonly format: string;
  readonly uri: string;
  readonly records: number;
  readonly bytes: number;
}

/** One line of a manifest list. */
export interface ManifestFile {
  readonly manifest_path: string;
  readonly manifest_length: number;
  readonly partition_spec_id: number;
  readonly content: number;
  readonly sequence_number: Long;
  readonly min_sequence_number: Long;
  readonly added_snapshot_id: Long;
  readonly added_files_count: number;
  readonly existing_files_count: number;
  readonly deleted_files_count: number;
  readonly added_rows_count: Long;
  readonly existing_rows_count: Long;
  readonly deleted_rows_count: Long;
  readonly partitions: AvroValue;
  readonly key_metadata: AvroValue;
}

const STATUSES = ["existing", "added", "deleted"] as const;
const CONTENTS = ["data", "positionDeletes", "equalityDeletes"] as const;

function pairs(columns: readonly ColumnFacts[], pick: (column: ColumnFacts) => number | Uint8Array | undefined): AvroValue {
  const entries = columns.flatMap((column) => {
    const value = pick(column);
    return value === undefined ? [] : [{ key: column.fieldId, value }];
  });
  return entries.length === 0 ? null : entries;
}

const fromBase64 = (text: string | undefined): Uint8Array | undefined => (text === undefined ? undefined : Buffer.from(text, "base64"));

function dataFileRecord(file: DataFile): AvroValue {
  return {
    content: 0,
    file_path: file.uri,
    file_format: "PARQUET",
    partition: {},
    record_count: file.records,
    file_size_in_bytes: file.bytes,
    column_sizes: pairs(file.columns, (column) => column.bytes),
    value_counts: pairs(file.columns, (column) => column.values),
    null_value_counts: pairs(file.columns, (column) => column.nulls),
    nan_value_counts: pairs(file.columns, (column) => column.nans),
    lower_bounds: pairs(file.columns, (column) => fromBase64(column.lower)),
    upper_bounds: pairs(file.columns, (column) => fromBase64(column.upper)),
    split_offsets: file.splitOffsets.length === 0 ? null : file.splitOffsets,
    sort_order_id: 0,
  };
}

/** A manifest of newly added data files. Their sequence numbers are inherited, so that it outlives a commit that has to be tried again. */
export function encodeManifest(files: readonly DataFile[], snapshotId: Long, schema: IcebergSchema): Buffer {
  const records = files.map(
    (file): AvroValue => ({ status: 1, snapshot_id: snapshotId, sequence_number: null, file_sequence_number: null, data_file: dataFileRecord(file) }),
  );
  return encodeAvroFile(MANIFEST_ENTRY, records, {
    schema: JSON.stringify(schema),
    "schema-id": String(schema["schema-id"]),
    "partition-spec": "[]",
    "partition-spec-id": "0",
    "format-version": "2",
    content: "data",
  });
}

/** The entries of a manifest, whoever wrote it. */
export function decodeManifest(bytes: Buffer): readonly ManifestEntry[] {
  return decodeAvroFile(bytes, MANIFEST_NAMES).records.map((record): ManifestEntry => {
    const file = record["data_file"] as { readonly [name: string]: AvroValue };
    return {
      status: STATUSES[Number(record["status"])] ?? "existing",
      content: CONTENTS[Number(file["content"] ?? 0)] ?? "data",
      sequenceNumber: (record["sequence_number"] as Long | null) ?? undefined,
      format: String(file["file_format"]),
      uri: String(file["file_path"]),
      records: Number(file["record_count"]),
      bytes: Number(file["file_size_in_bytes"]),
    };
  });
}

/** A manifest list; `parentId` is undefined for the first snapshot. */
export function encodeManifestList(
  manifests: readonly ManifestFile[],
  snapshot: { readonly id: Long; readonly parentId: Long | undefined; readonly sequenceNumber: Long },
): Buffer {
  return encodeAvroFile(MANIFEST_FILE, manifests as unknown as readonly AvroValue[], {
    "snapshot-id": String(snapshot.id),
    "parent-snapshot-id": String(snapshot.parentId ?? "null"),
    "sequence-number": String(snapshot.sequenceNumber),
    "format-version": "2",
  });
}

export function decodeManifestList(bytes: Buffer): readonly ManifestFile[] {
  return decodeAvroFile(bytes, MANIFEST_NAMES).records as unknown as readonly ManifestFile[];
}
