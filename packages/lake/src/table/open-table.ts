import type { SqlType } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { LakeTransaction, TableRef } from "../catalog/index.ts";
import { findSnapshot, type IcebergSnapshot, schemaOf, type TableMetadata, toSqlType } from "../iceberg/index.ts";
import type { LiveFile, TableStore } from "./table-store.ts";

/** A column of a table, found by `fieldId` whatever it is called in which snapshot. */
export interface LakeColumn {
  readonly fieldId: number;
  readonly name: string;
  /** As Iceberg spells it: `long`, `decimal(18, 2)`, `string`. */
  readonly type: string;
  readonly sqlType: SqlType;
  readonly required: boolean;
}

/** One snapshot of a table, ready to be read; plain data that stays true while the snapshot is kept. */
export interface OpenTable extends TableRef {
  readonly tableUuid: string;
  readonly location: string;
  /** Null for a table without any data yet. */
  readonly snapshotId: string | null;
  readonly columns: readonly LakeColumn[];
  readonly rows: number;
  readonly files: readonly LiveFile[];
}

/** A snapshot as lists show it. Ids and sequence numbers are texts: they may have 63 bits. */
export interface SnapshotInfo {
  readonly snapshotId: string;
  readonly parentId: string | null;
  readonly sequenceNumber: string;
  readonly committedAt: Date;
  readonly operation: string;
  readonly addedRows: number;
  readonly totalRows: number;
  /** What the publisher added, and the other counters of the snapshot. */
  readonly summary: Readonly<Record<string, string>>;
}

function columnsOf(metadata: TableMetadata, snapshot: IcebergSnapshot | undefined): readonly LakeColumn[] {
  return schemaOf(metadata, snapshot).fields.map((field) => {
    const sqlType = toSqlType(field.type);
    if (sqlType === undefined || typeof field.type !== "string") {
      throw problem("lake.unsupported", { reason: `the column ${field.name} has a nested type` });
    }
    return { fieldId: field.id, name: field.name, type: field.type, sqlType, required: field.required };
  });
}

/** Opens a table at a snapshot, the current one by default. Throws `lake.table_not_found` or `lake.snapshot_not_found`. */
export async function openTable(tx: LakeTransaction, store: TableStore, ref: TableRef & { readonly snapshotId?: string }): Promise<OpenTable> {
  const { metadata } = await store.load(tx, ref);
  const snapshot = findSnapshot(metadata, ref.snapshotId);
  if (ref.snapshotId !== undefined && snapshot === undefined) throw problem("lake.snapshot_not_found");
  const files = snapshot === undefined ? [] : await store.liveFiles(tx, snapshot);
  return {
    workspaceId: ref.workspaceId,
    tableName: ref.tableName,
    tableUuid: metadata["table-uuid"],
    location: metadata.location,
    snapshotId: snapshot === undefined ? null : String(snapshot["snapshot-id"]),
    columns: columnsOf(metadata, ref.snapshotId === undefined ? undefined : snapshot),
    rows: files.reduce((sum, file) => sum + file.records, 0),
    files,
  };
}

function toInfo(snapshot: IcebergSnapshot): SnapshotInfo {
  const { summary } = snapshot;
  return {
    snapshotId: String(snapshot["snapshot-id"]),
    parentId: snapshot["parent-snapshot-id"] === undefined ? null : String(snapshot["parent-snapshot-id"]),
    sequenceNumber: String(snapshot["sequence-number"]),
    committedAt: new Date(snapshot["timestamp-ms"]),
    operation: summary["operation"] ?? "append",
    addedRows: Number(summary["added-records"] ?? 0),
    totalRows: Number(summary["total-records"] ?? 0),
    summary,
  };
}

/** All snapshots that are kept, newest first. */
export async function listSnapshots(tx: LakeTransaction, store: TableStore, ref: TableRef): Promise<readonly SnapshotInfo[]> {
  const { metadata } = await store.load(tx, ref);
  return [...(metadata.snapshots ?? [])].reverse().map(toInfo);
}
