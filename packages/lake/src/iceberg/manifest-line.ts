import { type BoundSide, compareBounds, encodeBound } from "./bounds.ts";
import type { ManifestEntry, ManifestFile, PartitionSummary } from "./content-file.ts";
import { partitionTypes, specOf } from "./partition-type.ts";
import { decodeValue, readFloating } from "./single-value.ts";
import type { Long, TableMetadata } from "./types.ts";

const isFloating = (type: string): boolean => type === "float" || type === "double";

function extreme(values: readonly Uint8Array[], type: string, side: BoundSide): Uint8Array | null {
  const isBeyond = (left: Uint8Array, right: Uint8Array): boolean =>
    side === "lower" ? compareBounds(type, left, right) < 0 : compareBounds(type, left, right) > 0;
  let found: Uint8Array | undefined;
  for (const value of values) if (found === undefined || isBeyond(value, found)) found = value;
  return found === undefined ? null : (encodeBound(type, decodeValue(type, found), side) ?? null);
}

function summarize(values: readonly (string | null)[], type: string): PartitionSummary {
  const distinct = [...new Set(values)].flatMap((value) => (value === null ? [] : [Buffer.from(value, "base64")]));
  const ordered = isFloating(type) ? distinct.filter((bytes) => !Number.isNaN(readFloating(bytes))) : distinct;
  return {
    contains_null: values.includes(null),
    contains_nan: ordered.length < distinct.length,
    lower_bound: extreme(ordered, type, "lower"),
    upper_bound: extreme(ordered, type, "upper"),
  };
}

/** The least sequence number of the live files; files that inherit theirs get that of the commit. */
function leastSequence(entries: readonly ManifestEntry[], sequenceNumber: Long): Long {
  let least = sequenceNumber;
  for (const { status, sequenceNumber: own } of entries) if (status !== "deleted" && own !== undefined && BigInt(own) < BigInt(least)) least = own;
  return least;
}

const filesOf = (entries: readonly ManifestEntry[], status: ManifestEntry["status"]): number => entries.filter((entry) => entry.status === status).length;
const rowsOf = (entries: readonly ManifestEntry[], status: ManifestEntry["status"]): number =>
  entries.reduce((sum, entry) => sum + (entry.status === status ? entry.file.records : 0), 0);

export interface ManifestLineInput {
  /** The stored manifest. */
  readonly manifest: { readonly uri: string; readonly bytes: number };
  readonly entries: readonly ManifestEntry[];
  readonly content: "data" | "deletes";
  readonly specId: number;
  readonly snapshotId: Long;
  /** Of the commit that adds it. */
  readonly sequenceNumber: Long;
}

/** The line of a new manifest for the manifest list, with its counts and the range of each partition field. */
export function manifestLine(table: Pick<TableMetadata, "schemas" | "partition-specs" | "default-spec-id">, input: ManifestLineInput): ManifestFile {
  const { manifest, entries } = input;
  const types = partitionTypes(table.schemas, specOf(table, input.specId));
  const summaries = types.map((type, index) =>
    summarize(
      entries.map((entry) => entry.file.partition[index] ?? null),
      type,
    ),
  );
  return {
    manifest_path: manifest.uri,
    manifest_length: manifest.bytes,
    partition_spec_id: input.specId,
    content: input.content === "data" ? 0 : 1,
    sequence_number: input.sequenceNumber,
    min_sequence_number: leastSequence(entries, input.sequenceNumber),
    added_snapshot_id: input.snapshotId,
    added_files_count: filesOf(entries, "added"),
    existing_files_count: filesOf(entries, "existing"),
    deleted_files_count: filesOf(entries, "deleted"),
    added_rows_count: rowsOf(entries, "added"),
    existing_rows_count: rowsOf(entries, "existing"),
    deleted_rows_count: rowsOf(entries, "deleted"),
    partitions: summaries.length === 0 ? null : summaries,
    key_metadata: null,
  };
}
