import { type ContentFile, factsOf, type IcebergPartitionSpec } from "../iceberg/index.ts";
import type { LiveEntry, OpenTable } from "../table/index.ts";

/** A data file of a snapshot with the delete files that may concern its rows. */
export interface LiveDataFile extends LiveEntry {
  /** Its place among the snapshot's data files, from 0: older rows first. */
  readonly ordinal: number;
  readonly positionDeletes: readonly LiveEntry[];
  readonly equalityDeletes: readonly LiveEntry[];
}

/** The data files of a snapshot, in the order in which their rows came. */
export interface LiveFiles {
  readonly data: readonly LiveDataFile[];
}

/** The reserved field ids of position delete files (specification, "Reserved Field IDs"). */
export const DELETE_PATH_FIELD = 2_147_483_546;
export const DELETE_POSITION_FIELD = 2_147_483_545;

type Source = Pick<OpenTable, "entries" | "partitionSpecs">;

/** Delete files by what they may concern, so that a table of many files is not compared file by file. */
interface Deletes {
  readonly byPath: ReadonlyMap<string, readonly LiveEntry[]>;
  readonly byPartition: ReadonlyMap<string, readonly LiveEntry[]>;
  readonly equalityByPartition: ReadonlyMap<string, readonly LiveEntry[]>;
  /** Equality deletes of an unpartitioned spec concern all files. */
  readonly global: readonly LiveEntry[];
}

const NONE: readonly LiveEntry[] = [];

const partitionKey = (file: ContentFile): string => JSON.stringify([file.specId, file.partition]);

/** The one data file a position delete file is about, when that is known from its manifest entry. */
function onlyPath(file: ContentFile): string | undefined {
  if (file.referencedDataFile !== undefined) return file.referencedDataFile;
  const paths = factsOf(file, DELETE_PATH_FIELD);
  if (paths?.lower === undefined || paths.lower !== paths.upper) return undefined;
  return Buffer.from(paths.lower, "base64").toString("utf8");
}

function isUnpartitioned(specs: readonly IcebergPartitionSpec[], specId: number): boolean {
  const fields = specs.find((spec) => spec["spec-id"] === specId)?.fields ?? [];
  return fields.every((field) => field.transform === "void");
}

function push(map: Map<string, LiveEntry[]>, key: string, entry: LiveEntry): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [entry]);
  else known.push(entry);
}

function indexDeletes(source: Source): Deletes {
  const byPath = new Map<string, LiveEntry[]>();
  const byPartition = new Map<string, LiveEntry[]>();
  const equalityByPartition = new Map<string, LiveEntry[]>();
  const global: LiveEntry[] = [];
  for (const entry of source.entries) {
    const { file } = entry;
    if (file.content === "data") continue;
    if (file.content === "equalityDeletes") {
      if (isUnpartitioned(source.partitionSpecs, file.specId)) global.push(entry);
      else push(equalityByPartition, partitionKey(file), entry);
      continue;
    }
    const path = onlyPath(file);
    if (path === undefined) push(byPartition, partitionKey(file), entry);
    else push(byPath, path, entry);
  }
  return { byPath, byPartition, equalityByPartition, global };
}

/** Bounds of `file_path` may be cut, the upper one then rounded up: they hold whatever lies between byte by byte. */
function mayName(deletes: ContentFile, path: Buffer): boolean {
  const facts = factsOf(deletes, DELETE_PATH_FIELD);
  if (facts?.lower !== undefined && Buffer.compare(path, Buffer.from(facts.lower, "base64")) < 0) return false;
  return facts?.upper === undefined || Buffer.compare(path, Buffer.from(facts.upper, "base64")) <= 0;
}

function withDeletes(entry: LiveEntry, ordinal: number, deletes: Deletes): LiveDataFile {
  const { file } = entry;
  const key = deletes.byPartition.size + deletes.equalityByPartition.size === 0 ? "" : partitionKey(file);
  const sequence = BigInt(entry.sequenceNumber);
  const scoped = deletes.byPartition.get(key) ?? NONE;
  const path = scoped.length === 0 ? undefined : Buffer.from(file.uri, "utf8");
  const named = path === undefined ? NONE : scoped.filter((item) => mayName(item.file, path));
  return {
    ...entry,
    ordinal,
    positionDeletes: [...(deletes.byPath.get(file.uri) ?? NONE), ...named].filter((item) => BigInt(item.sequenceNumber) >= sequence),
    equalityDeletes: [...deletes.global, ...(deletes.equalityByPartition.get(key) ?? NONE)].filter((item) => BigInt(item.sequenceNumber) > sequence),
  };
}

const known = new WeakMap<readonly LiveEntry[], LiveFiles>();

/**
 * The data files of an opened table, each with the delete files that apply to it by the specification's rules ("Scan
 * Planning"): position deletes that are not older, by file or partition; equality deletes that are newer, by partition
 * or from an unpartitioned spec.
 */
export function liveFiles(table: Source): LiveFiles {
  const found = known.get(table.entries);
  if (found !== undefined) return found;
  const deletes = indexDeletes(table);
  const data = table.entries.filter((entry) => entry.file.content === "data");
  const live: LiveFiles = { data: data.map((entry, ordinal) => withDeletes(entry, ordinal, deletes)) };
  known.set(table.entries, live);
  return live;
}
