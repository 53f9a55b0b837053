import {
  type AvroFile,
  type AvroRecord,
  type AvroSchema,
  type AvroValue,
  type DecodedRecord,
  type DecodedValue,
  decodeAvroFile,
  LazyAvro,
} from "../avro/index.ts";
import type { ColumnFacts, ContentFile, ManifestEntry, ManifestFile } from "./content-file.ts";
import { manifestName } from "./manifest-schema.ts";
import { type PartitionReader, partitionReaders } from "./partition-value.ts";
import type { IcebergPartitionField, Long } from "./types.ts";

const STATUSES = ["existing", "added", "deleted"] as const;
const CONTENTS = ["data", "positionDeletes", "equalityDeletes"] as const;

/** The maps from column to fact. They are most of a manifest and mostly not needed, so they are decoded when asked for. */
const MAPS = {
  column_sizes: 108,
  value_counts: 109,
  null_value_counts: 110,
  nan_value_counts: 137,
  lower_bounds: 125,
  upper_bounds: 128,
} as const;
const LAZY: ReadonlySet<number> = new Set(Object.values(MAPS));

/** The values of the two maps of bounds. */
const BOUNDS: ReadonlySet<number> = new Set([127, 130]);

const base64 = (value: Uint8Array): string => Buffer.from(value).toString("base64");

type MutableFacts = { -readonly [K in keyof ColumnFacts]: ColumnFacts[K] };
type FactName = Exclude<keyof ColumnFacts, "fieldId">;

const FACTS: readonly (readonly [map: keyof typeof MAPS, fact: FactName])[] = [
  ["column_sizes", "bytes"],
  ["value_counts", "values"],
  ["null_value_counts", "nulls"],
  ["nan_value_counts", "nans"],
  ["lower_bounds", "lower"],
  ["upper_bounds", "upper"],
];

function setFact(column: MutableFacts, fact: FactName, value: AvroValue): void {
  if (fact === "lower" || fact === "upper") column[fact] = value instanceof Uint8Array ? base64(value) : String(value);
  else column[fact] = Number(value);
}

function columnsOf(file: DecodedRecord): readonly ColumnFacts[] {
  const facts = new Map<number, MutableFacts>();
  for (const [map, fact] of FACTS) {
    const lazy = file[map];
    const pairs = lazy instanceof LazyAvro ? lazy.read() : null;
    if (!Array.isArray(pairs)) continue;
    for (const { key, value } of pairs as readonly { readonly key: number; readonly value: AvroValue }[]) {
      let column = facts.get(key);
      if (column === undefined) {
        column = { fieldId: key };
        facts.set(key, column);
      }
      setFact(column, fact, value);
    }
  }
  return [...facts.values()];
}

function columnOf(file: DecodedRecord, fieldId: number): ColumnFacts | undefined {
  const column: MutableFacts = { fieldId };
  let isKnown = false;
  for (const [map, fact] of FACTS) {
    const lazy = file[map];
    const value = lazy instanceof LazyAvro ? lazy.lookUp(fieldId) : undefined;
    if (value === undefined) continue;
    isKnown = true;
    setFact(column, fact, value);
  }
  return isKnown ? column : undefined;
}

/** Beside the files, which stay plain data. */
const undecoded = new WeakMap<ContentFile, DecodedRecord>();

/**
 * What is known about one column of a file; undefined when nothing is. Much cheaper than a look through `columns` for files
 * read from a manifest.
 */
export function factsOf(file: ContentFile, fieldId: number): ColumnFacts | undefined {
  const record = undecoded.get(file);
  return record === undefined ? file.columns.find((column) => column.fieldId === fieldId) : columnOf(record, fieldId);
}

const numbers = (value: DecodedValue | undefined): readonly number[] => (Array.isArray(value) ? (value as readonly Long[]).map(Number) : []);
const present = <T extends object>(isPresent: boolean, part: T): Partial<T> => (isPresent ? part : {});

interface Partitioning {
  readonly specId: number;
  readonly readers: readonly (PartitionReader | undefined)[];
}

function toFile(record: DecodedRecord, { specId, readers }: Partitioning): ContentFile {
  const partition = record["partition"] as DecodedRecord | undefined;
  const equalityIds = numbers(record["equality_ids"]);
  const referenced = record["referenced_data_file"] ?? null;
  const keyMetadata = record["key_metadata"] ?? null;
  const content = CONTENTS[Number(record["content"] ?? 0)];
  if (content === undefined || typeof record["file_path"] !== "string") throw new TypeError("an entry is no file we know");
  let columns: readonly ColumnFacts[] | undefined;
  const file: ContentFile = {
    content,
    uri: record["file_path"],
    format: String(record["file_format"]).toUpperCase(),
    records: Number(record["record_count"]),
    bytes: Number(record["file_size_in_bytes"]),
    get columns(): readonly ColumnFacts[] {
      columns ??= columnsOf(record);
      return columns;
    },
    splitOffsets: numbers(record["split_offsets"]),
    specId,
    partition: readers.map((reader) => {
      const value = reader === undefined ? null : (partition?.[reader.key] ?? null);
      return value === null || reader === undefined ? null : reader.toSingle(value).toString("base64");
    }),
    sortOrderId: record["sort_order_id"] === undefined || record["sort_order_id"] === null ? null : Number(record["sort_order_id"]),
    ...present(equalityIds.length > 0, { equalityIds }),
    ...present(referenced !== null, { referencedDataFile: String(referenced) }),
    ...(keyMetadata instanceof Uint8Array ? { keyMetadata: base64(keyMetadata) } : {}),
  };
  undecoded.set(file, record);
  return file;
}

function fieldOf(schema: AvroSchema | undefined, fieldId: number): AvroRecord | undefined {
  if (typeof schema !== "object" || !("fields" in schema)) return undefined;
  const type = schema.fields.find((field) => field["field-id"] === fieldId)?.type;
  return typeof type === "object" && "fields" in type ? type : undefined;
}

/** The header names the fields in the order of the spec; writers need not keep that order in the record. */
function partitioningOf(file: AvroFile, manifest: ManifestFile): Partitioning {
  const record = fieldOf(fieldOf(file.schema, 2), 102);
  const readers = record === undefined ? [] : partitionReaders(record, manifestName);
  const spec = JSON.parse(file.header["partition-spec"] ?? "null") as readonly IcebergPartitionField[] | null;
  const ids = Array.isArray(spec) ? spec.map((field: Partial<IcebergPartitionField>, index) => field["field-id"] ?? 1000 + index) : undefined;
  const byId = new Map(readers.map((reader) => [reader.fieldId, reader]));
  return { specId: manifest.partition_spec_id, readers: ids === undefined ? readers : ids.map((id) => byId.get(id)) };
}

const longOf = (value: DecodedValue | undefined): Long | undefined => (typeof value === "number" || typeof value === "bigint" ? value : undefined);

/**
 * What an entry leaves out it inherits from the manifest's line in the list. Manifests of format version 1 know no
 * sequence numbers: all theirs are 0.
 */
function toEntry(record: DecodedRecord, partitioning: Partitioning, manifest: ManifestFile, isFirstVersion: boolean): ManifestEntry {
  const status = STATUSES[Number(record["status"])];
  if (status === undefined) throw new TypeError("an entry has a status we do not know");
  const inherited = isFirstVersion ? 0 : status === "added" || manifest.sequence_number === 0 ? manifest.sequence_number : undefined;
  return {
    status,
    snapshotId: longOf(record["snapshot_id"]) ?? manifest.added_snapshot_id,
    sequenceNumber: longOf(record["sequence_number"]) ?? inherited,
    fileSequenceNumber: longOf(record["file_sequence_number"]) ?? inherited,
    file: toFile(record["data_file"] as DecodedRecord, partitioning),
  };
}

/**
 * The entries of a manifest, whoever wrote it, with their sequence numbers inherited from its line in the manifest list.
 * The facts about columns are decoded at the first look at them. Throws on anything malformed.
 */
export function decodeManifest(bytes: Buffer, manifest: ManifestFile): readonly ManifestEntry[] {
  const file = decodeAvroFile(bytes, { nameOf: manifestName, isLazy: (id) => LAZY.has(id), isBase64: (id) => BOUNDS.has(id) });
  const partitioning = partitioningOf(file, manifest);
  const isFirstVersion = file.header["format-version"] === "1";
  return file.records.map((record) => toEntry(record, partitioning, manifest, isFirstVersion));
}
