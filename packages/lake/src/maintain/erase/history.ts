import type { LakeTransaction, TableRef } from "../../catalog/index.ts";
import { type IcebergSchema, type IcebergSnapshot, type ManifestFile, schemaOf } from "../../iceberg/index.ts";
import type { LiveEntry, StoredEntry, StoredTable, TableStore } from "../../table/index.ts";

/** A data file with the columns somebody may still read from it. */
export interface HistoricFile extends LiveEntry {
  readonly schema: IcebergSchema;
}

/** Every snapshot of a table with all that belongs to it. */
export interface History extends StoredTable {
  /** Oldest first. */
  readonly snapshots: readonly IcebergSnapshot[];
  /** By snapshot id. */
  readonly lists: ReadonlyMap<string, readonly ManifestFile[]>;
  /** By the manifest's address. */
  readonly manifests: ReadonlyMap<string, readonly StoredEntry[]>;
  /** Files that are live in some snapshot, each once. */
  readonly data: readonly HistoricFile[];
  readonly positionDeletes: readonly LiveEntry[];
  readonly equalityDeletes: readonly LiveEntry[];
}

export const idOf = (snapshot: IcebergSnapshot): string => String(snapshot["snapshot-id"]);

const bySequence = (left: IcebergSnapshot, right: IcebergSnapshot): number => (BigInt(left["sequence-number"]) < BigInt(right["sequence-number"]) ? -1 : 1);

/** The live files of a snapshot. */
export function liveIn(history: Pick<History, "lists" | "manifests">, snapshot: IcebergSnapshot): readonly StoredEntry[] {
  const lines = history.lists.get(idOf(snapshot)) ?? [];
  return lines.flatMap((line) => (history.manifests.get(line.manifest_path) ?? []).filter((entry) => entry.status !== "deleted"));
}

/** The columns of the oldest snapshot that has a file, and what later ones, such as after a rollback, read besides. */
function widened(schema: IcebergSchema, other: IcebergSchema): IcebergSchema {
  const missing = other.fields.filter((field) => !schema.fields.some((known) => known.id === field.id));
  return missing.length === 0 ? schema : { ...schema, fields: [...schema.fields, ...missing.map((field) => ({ ...field, required: false }))] };
}

function addData(found: Map<string, HistoricFile>, entry: StoredEntry, schema: IcebergSchema): void {
  const known = found.get(entry.file.uri);
  if (known === undefined) found.set(entry.file.uri, { ...entry, schema });
  else if (known.schema["schema-id"] !== schema["schema-id"]) found.set(entry.file.uri, { ...known, schema: widened(known.schema, schema) });
}

/** Reads all manifests of all snapshots that are kept. Takes memory for the names and bounds of all their files. */
export async function readHistory(tx: LakeTransaction, store: TableStore, ref: TableRef): Promise<History> {
  const table = await store.load(tx, ref);
  const snapshots = (table.metadata.snapshots ?? []).toSorted(bySequence);
  const lists = new Map<string, readonly ManifestFile[]>();
  const manifests = new Map<string, readonly StoredEntry[]>();
  for (const snapshot of snapshots) {
    const lines = await store.manifests(tx, snapshot);
    lists.set(idOf(snapshot), lines);
    const read = await store.entriesOf(
      tx,
      lines.filter((line) => !manifests.has(line.manifest_path)),
    );
    for (const [path, entries] of read) manifests.set(path, entries);
  }
  const data = new Map<string, HistoricFile>();
  const deletes = new Map<string, LiveEntry>();
  for (const snapshot of snapshots) {
    for (const entry of liveIn({ lists, manifests }, snapshot)) {
      if (entry.file.content === "data") addData(data, entry, schemaOf(table.metadata, snapshot));
      else deletes.set(entry.file.uri, entry);
    }
  }
  const current = schemaOf(table.metadata);
  return {
    ...table,
    snapshots,
    lists,
    manifests,
    // A branch is read with the columns the table has now.
    data: [...data.values()].map((file) => ({ ...file, schema: widened(file.schema, current) })),
    positionDeletes: [...deletes.values()].filter((entry) => entry.file.content === "positionDeletes"),
    equalityDeletes: [...deletes.values()].filter((entry) => entry.file.content === "equalityDeletes"),
  };
}
