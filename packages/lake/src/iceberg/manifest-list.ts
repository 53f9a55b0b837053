import { type AvroSource, type DecodedRecord, decodeAvroFile, encodeAvroFile } from "../avro/index.ts";
import type { ManifestFile, PartitionSummary } from "./content-file.ts";
import { MANIFEST_FILE, manifestName } from "./manifest-schema.ts";
import type { Long } from "./types.ts";

/** A manifest list; `parentId` is undefined for the first snapshot. */
export function encodeManifestList(
  manifests: readonly ManifestFile[],
  snapshot: { readonly id: Long; readonly parentId: Long | undefined; readonly sequenceNumber: Long },
): Buffer {
  return encodeAvroFile(MANIFEST_FILE, manifests as unknown as readonly AvroSource[], {
    "snapshot-id": String(snapshot.id),
    "parent-snapshot-id": String(snapshot.parentId ?? "null"),
    "sequence-number": String(snapshot.sequenceNumber),
    "format-version": "2",
  });
}

function toSummary(value: unknown): PartitionSummary {
  const summary = value as Partial<PartitionSummary>;
  return {
    contains_null: summary.contains_null ?? true,
    contains_nan: summary.contains_nan ?? null,
    lower_bound: summary.lower_bound ?? null,
    upper_bound: summary.upper_bound ?? null,
  };
}

const long = (value: unknown): Long | null => (typeof value === "number" || typeof value === "bigint" ? value : null);
const count = (value: unknown): number | null => (long(value) === null ? null : Number(value));

function toManifestFile(record: DecodedRecord): ManifestFile {
  const partitions = record["partitions"] ?? null;
  const keyMetadata = record["key_metadata"] ?? null;
  if (typeof record["manifest_path"] !== "string") throw new TypeError("a line of the list names no manifest");
  return {
    manifest_path: record["manifest_path"],
    manifest_length: Number(record["manifest_length"]),
    partition_spec_id: Number(record["partition_spec_id"] ?? 0),
    content: Number(record["content"] ?? 0),
    // Lists of format version 1 have no sequence numbers: all theirs are 0.
    sequence_number: long(record["sequence_number"]) ?? 0,
    min_sequence_number: long(record["min_sequence_number"]) ?? 0,
    added_snapshot_id: long(record["added_snapshot_id"]) ?? 0,
    added_files_count: count(record["added_files_count"]),
    existing_files_count: count(record["existing_files_count"]),
    deleted_files_count: count(record["deleted_files_count"]),
    added_rows_count: long(record["added_rows_count"]),
    existing_rows_count: long(record["existing_rows_count"]),
    deleted_rows_count: long(record["deleted_rows_count"]),
    partitions: Array.isArray(partitions) ? partitions.map(toSummary) : null,
    key_metadata: keyMetadata instanceof Uint8Array ? keyMetadata : null,
  };
}

/** The lines of a manifest list, whoever wrote it. Throws on anything malformed. */
export function decodeManifestList(bytes: Buffer): readonly ManifestFile[] {
  return decodeAvroFile(bytes, { nameOf: manifestName }).records.map(toManifestFile);
}
