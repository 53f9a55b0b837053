import type { Long } from "./types.ts";

/** What is known about one column in one file. Bounds are in Iceberg's single-value form, in base 64. */
export interface ColumnFacts {
  readonly fieldId: number;
  /** Undefined, as with the others below, when the writer did not say. */
  readonly bytes?: number;
  /** Nulls and NaNs included. */
  readonly values?: number;
  readonly nulls?: number;
  readonly nans?: number;
  /** Not greater than any value; it may be shorter than the least one. */
  readonly lower?: string;
  readonly upper?: string;
}

/** A data or delete file of a table. Plain data, so that staged files can be stored and sent about. */
export interface ContentFile {
  readonly content: "data" | "positionDeletes" | "equalityDeletes";
  readonly uri: string;
  /** `PARQUET` for our own; other writers also have `AVRO` and `ORC`. */
  readonly format: string;
  readonly records: number;
  readonly bytes: number;
  readonly columns: readonly ColumnFacts[];
  readonly splitOffsets: readonly number[];
  readonly specId: number;
  /** One per field of the spec: the single-value form in base 64, null for null. */
  readonly partition: readonly (string | null)[];
  readonly sortOrderId: number | null;
  /** Of equality deletes: the columns compared. */
  readonly equalityIds?: readonly number[];
  /** Of position deletes that concern one data file only. */
  readonly referencedDataFile?: string;
  /** In base 64; of other writers, kept as it is. */
  readonly keyMetadata?: string;
}

/**
 * A file as a manifest lists it. The numbers of an added entry may be undefined: it then inherits those of the
 * snapshot that adds the manifest.
 */
export interface ManifestEntry {
  readonly status: "existing" | "added" | "deleted";
  readonly snapshotId: Long | undefined;
  readonly sequenceNumber: Long | undefined;
  readonly fileSequenceNumber: Long | undefined;
  readonly file: ContentFile;
}

/** What a manifest list says of one partition field over all files of a manifest. Bounds are single values. */
export interface PartitionSummary {
  readonly contains_null: boolean;
  readonly contains_nan: boolean | null;
  readonly lower_bound: Uint8Array | null;
  readonly upper_bound: Uint8Array | null;
}

/** One line of a manifest list. */
export interface ManifestFile {
  readonly manifest_path: string;
  readonly manifest_length: number;
  readonly partition_spec_id: number;
  /** 0 for data files, 1 for delete files. */
  readonly content: number;
  readonly sequence_number: Long;
  readonly min_sequence_number: Long;
  readonly added_snapshot_id: Long;
  /** Counts are null when a writer of format version 1 did not say. */
  readonly added_files_count: number | null;
  readonly existing_files_count: number | null;
  readonly deleted_files_count: number | null;
  readonly added_rows_count: Long | null;
  readonly existing_rows_count: Long | null;
  readonly deleted_rows_count: Long | null;
  readonly partitions: readonly PartitionSummary[] | null;
  readonly key_metadata: Uint8Array | null;
}
