import { type AvroCodec, type AvroSource, encodeAvroFile } from "../avro/index.ts";
import type { ColumnFacts, ContentFile, ManifestEntry } from "./content-file.ts";
import { manifestEntrySchema } from "./manifest-schema.ts";
import { partitionTypes, specOf } from "./partition-type.ts";
import { partitionToAvro } from "./partition-value.ts";
import type { Long, TableMetadata } from "./types.ts";

const STATUSES: Readonly<Record<ManifestEntry["status"], number>> = { existing: 0, added: 1, deleted: 2 };
const CONTENTS: Readonly<Record<ContentFile["content"], number>> = { data: 0, positionDeletes: 1, equalityDeletes: 2 };

type NumberFact = "bytes" | "values" | "nulls" | "nans";

function countOf(columns: readonly ColumnFacts[], fact: keyof ColumnFacts): number {
  let count = 0;
  for (const column of columns) if (column[fact] !== undefined) count += 1;
  return count;
}

/** Writes the pairs of one map straight into the file; null when no column has a value. */
function numberPairs(columns: readonly ColumnFacts[], fact: NumberFact): AvroSource {
  const count = countOf(columns, fact);
  if (count === 0) return null;
  return (writer) => {
    writer.long(count);
    for (const column of columns) {
      const value = column[fact];
      if (value === undefined) continue;
      writer.long(column.fieldId);
      writer.long(value);
    }
    writer.long(0);
  };
}

function boundPairs(columns: readonly ColumnFacts[], fact: "lower" | "upper"): AvroSource {
  const count = countOf(columns, fact);
  if (count === 0) return null;
  return (writer) => {
    writer.long(count);
    for (const column of columns) {
      const value = column[fact];
      if (value === undefined) continue;
      writer.long(column.fieldId);
      writer.base64(value);
    }
    writer.long(0);
  };
}

const listOrNull = (values: readonly number[] | undefined): AvroSource => (values === undefined || values.length === 0 ? null : values);

function fileRecord(file: ContentFile, partition: AvroSource): AvroSource {
  const { columns } = file;
  return {
    content: CONTENTS[file.content],
    file_path: file.uri,
    file_format: file.format.toUpperCase(),
    partition,
    record_count: file.records,
    file_size_in_bytes: file.bytes,
    column_sizes: numberPairs(columns, "bytes"),
    value_counts: numberPairs(columns, "values"),
    null_value_counts: numberPairs(columns, "nulls"),
    nan_value_counts: numberPairs(columns, "nans"),
    lower_bounds: boundPairs(columns, "lower"),
    upper_bounds: boundPairs(columns, "upper"),
    key_metadata: file.keyMetadata === undefined ? null : Buffer.from(file.keyMetadata, "base64"),
    split_offsets: listOrNull(file.splitOffsets),
    equality_ids: listOrNull(file.equalityIds),
    sort_order_id: file.sortOrderId,
    referenced_data_file: file.referencedDataFile ?? null,
  };
}

function requireNumbers(entry: ManifestEntry, snapshotId: Long | undefined): void {
  const lacks = snapshotId === undefined || (entry.status !== "added" && (entry.sequenceNumber === undefined || entry.fileSequenceNumber === undefined));
  if (lacks) throw new TypeError(`the ${entry.status} entry of ${entry.file.uri} lacks its snapshot or sequence numbers`);
}

function requireFit(entry: ManifestEntry, input: ManifestInput, fields: number): void {
  const { file } = entry;
  if ((file.content === "data") !== (input.content === "data")) throw new TypeError(`${file.uri} does not belong into a manifest of ${input.content}`);
  if (file.specId !== input.specId || file.partition.length !== fields) throw new TypeError(`${file.uri} has the partition of another spec`);
}

export interface ManifestInput {
  readonly entries: readonly ManifestEntry[];
  readonly content: "data" | "deletes";
  readonly specId: number;
  /** The snapshot that adds the manifest: of the entries that say none. */
  readonly snapshotId: Long;
  readonly codec?: AvroCodec;
}

type ManifestTable = Pick<TableMetadata, "schemas" | "current-schema-id" | "partition-specs" | "default-spec-id">;

/**
 * A manifest of files of one partition spec. Added entries may leave out their sequence numbers, so that the manifest
 * outlives a commit that has to be tried again; the others must have them. Throws a TypeError for what may not be written.
 */
export function encodeManifest(table: ManifestTable, input: ManifestInput): Buffer {
  const spec = specOf(table, input.specId);
  const types = partitionTypes(table.schemas, spec);
  const schema = manifestEntrySchema(spec, types);
  const data = schema.fields.find((field) => field["field-id"] === 2)?.type as ReturnType<typeof manifestEntrySchema>;
  const partition = data.fields.find((field) => field["field-id"] === 102)?.type as typeof data;
  const names = partition.fields.map((field) => field.name);
  const records = input.entries.map((entry): AvroSource => {
    const snapshotId = entry.snapshotId ?? (entry.status === "added" ? input.snapshotId : undefined);
    requireNumbers(entry, snapshotId);
    requireFit(entry, input, names.length);
    const values = Object.fromEntries(names.map((name, index) => [name, partitionToAvro(entry.file.partition[index] ?? null, types[index] ?? "")]));
    return {
      status: STATUSES[entry.status],
      snapshot_id: snapshotId ?? null,
      sequence_number: entry.sequenceNumber ?? null,
      file_sequence_number: entry.fileSequenceNumber ?? null,
      data_file: fileRecord(entry.file, values),
    };
  });
  const current = table.schemas.find((candidate) => candidate["schema-id"] === table["current-schema-id"]);
  const header = {
    schema: JSON.stringify(current),
    "schema-id": String(table["current-schema-id"]),
    "partition-spec": JSON.stringify(spec.fields),
    "partition-spec-id": String(spec["spec-id"]),
    "format-version": "2",
    content: input.content,
  };
  return encodeAvroFile(schema, records, header, input.codec);
}
