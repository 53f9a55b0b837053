import type { LakeTransaction, TableRef } from "../catalog/index.ts";
import type { IcebergSchema, IcebergSnapshot, TableMetadata } from "../iceberg/index.ts";
import { headOf } from "./find-at.ts";
import type { TableStore } from "./table-store.ts";

/** A snapshot as lists show it. Ids and sequence numbers are texts: they may have 63 bits. */
export interface SnapshotInfo {
  readonly snapshotId: string;
  readonly parentId: string | null;
  /** What people see as "version N" of the stored table. */
  readonly sequenceNumber: string;
  readonly committedAt: Date;
  /** Iceberg's word: `append`, `overwrite`, `delete` or `replace`. */
  readonly operation: string;
  readonly schemaId: number | null;
  readonly addedRows: number;
  readonly totalRows: number;
  /** The tags and branches that name it. */
  readonly refs: readonly string[];
  /** Where the difference to its parent is stored; null when the commit came without one. */
  readonly changeSetUri: string | null;
  /** What the publisher added, and the other counters of the snapshot. */
  readonly summary: Readonly<Record<string, string>>;
}

export interface SnapshotsRequest extends TableRef {
  /** Only the history of this branch; by default every snapshot that is kept. */
  readonly branch?: string;
  /** At most that many; by default all. */
  readonly limit?: number;
  /** Continues below this sequence number. */
  readonly before?: string;
}

export interface SnapshotList {
  readonly snapshots: readonly SnapshotInfo[];
  /** For the `before` of the next page; null at the end. */
  readonly next: string | null;
  /** How many there are on all pages. */
  readonly total: number;
}

/** A name for a snapshot. */
export interface RefInfo {
  readonly name: string;
  readonly type: "branch" | "tag";
  readonly snapshotId: string;
  readonly sequenceNumber: string;
}

const idOf = (snapshot: IcebergSnapshot): string => String(snapshot["snapshot-id"]);

/** A snapshot and its ancestors as far as they are kept, newest first. */
function historyOf(metadata: TableMetadata, snapshotId: string | undefined): readonly IcebergSnapshot[] {
  const byId = new Map((metadata.snapshots ?? []).map((snapshot) => [idOf(snapshot), snapshot]));
  const history: IcebergSnapshot[] = [];
  for (let id = snapshotId; id !== undefined; ) {
    const snapshot = byId.get(id);
    if (snapshot === undefined) break;
    // Taken out, so that a loop in damaged metadata ends.
    byId.delete(id);
    history.push(snapshot);
    const parent = snapshot["parent-snapshot-id"];
    id = parent === undefined || parent === null ? undefined : String(parent);
  }
  return history;
}

function refNames(metadata: TableMetadata): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const [name, ref] of Object.entries(metadata.refs ?? {})) {
    const id = String(ref["snapshot-id"]);
    names.set(id, [...(names.get(id) ?? []), name]);
  }
  return names;
}

export const totalRows = (summary: Readonly<Record<string, string>>): number =>
  Number(summary["total-records"] ?? 0) - Number(summary["total-position-deletes"] ?? 0);

function toInfo(snapshot: IcebergSnapshot, refs: readonly string[]): SnapshotInfo {
  const { summary } = snapshot;
  const parent = snapshot["parent-snapshot-id"];
  return {
    snapshotId: idOf(snapshot),
    parentId: parent === undefined || parent === null ? null : String(parent),
    sequenceNumber: String(snapshot["sequence-number"]),
    committedAt: new Date(snapshot["timestamp-ms"]),
    operation: summary["operation"] ?? "append",
    schemaId: snapshot["schema-id"] ?? null,
    addedRows: Number(summary["added-records"] ?? 0),
    totalRows: totalRows(summary),
    refs,
    changeSetUri: summary["granary.change-set"] ?? null,
    summary,
  };
}

function newestFirst(metadata: TableMetadata, branch: string | undefined): readonly IcebergSnapshot[] {
  if (branch !== undefined) {
    const head = headOf(metadata, branch);
    return historyOf(metadata, head === undefined ? undefined : idOf(head));
  }
  return (metadata.snapshots ?? []).toSorted((left, right) => (BigInt(left["sequence-number"]) < BigInt(right["sequence-number"]) ? 1 : -1));
}

/** Snapshots that are kept, newest first. Throws `lake.table_not_found` or `lake.ref_not_found`. */
export async function listSnapshots(tx: LakeTransaction, store: TableStore, request: SnapshotsRequest): Promise<SnapshotList> {
  const { metadata } = await store.load(tx, request);
  const all = newestFirst(metadata, request.branch);
  const before = request.before === undefined ? undefined : BigInt(request.before);
  const rest = before === undefined ? all : all.filter((snapshot) => BigInt(snapshot["sequence-number"]) < before);
  const page = rest.slice(0, request.limit ?? rest.length);
  const names = refNames(metadata);
  const last = page.at(-1);
  return {
    snapshots: page.map((snapshot) => toInfo(snapshot, names.get(idOf(snapshot)) ?? [])),
    next: last === undefined || page.length === rest.length ? null : String(last["sequence-number"]),
    total: all.length,
  };
}

/** The table's branches and tags, by name. */
export async function listRefs(tx: LakeTransaction, store: TableStore, ref: TableRef): Promise<readonly RefInfo[]> {
  const { metadata } = await store.load(tx, ref);
  const numbers = new Map((metadata.snapshots ?? []).map((snapshot) => [idOf(snapshot), String(snapshot["sequence-number"])]));
  return Object.entries(metadata.refs ?? {})
    .map(([name, { type, "snapshot-id": id }]) => ({ name, type, snapshotId: String(id), sequenceNumber: numbers.get(String(id)) ?? "0" }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

/** All columns the table ever had, oldest first, and which set is current. */
export interface SchemaHistory {
  readonly schemas: readonly IcebergSchema[];
  readonly currentSchemaId: number;
}

export async function listSchemas(tx: LakeTransaction, store: TableStore, ref: TableRef): Promise<SchemaHistory> {
  const { metadata } = await store.load(tx, ref);
  return { schemas: metadata.schemas, currentSchemaId: metadata["current-schema-id"] };
}
