import { problem } from "@granary/protocol";
import { findSnapshot, type IcebergSchema, type IcebergSnapshot, schemaOf, type TableMetadata } from "../iceberg/index.ts";
import type { At } from "./at.ts";

/** A snapshot of a table and the columns it is read with. */
export interface FoundSnapshot {
  /** Undefined for a table, or its `main`, without any snapshot yet. */
  readonly snapshot: IcebergSnapshot | undefined;
  readonly schema: IcebergSchema;
  /** The branch that was asked for; undefined when it was a fixed state. */
  readonly branch: string | undefined;
}

function byRef(metadata: TableMetadata, name: string, type: "branch" | "tag"): IcebergSnapshot {
  const ref = metadata.refs?.[name];
  if (ref?.type !== type) throw problem("lake.ref_not_found", { name });
  return required(findSnapshot(metadata, String(ref["snapshot-id"])));
}

function required(snapshot: IcebergSnapshot | undefined): IcebergSnapshot {
  if (snapshot === undefined) throw problem("lake.snapshot_not_found");
  return snapshot;
}

function byNumber(metadata: TableMetadata, number: string | number): IcebergSnapshot {
  if (!/^\d{1,19}$/.test(String(number))) throw problem("lake.snapshot_not_found");
  const wanted = BigInt(number);
  return required(metadata.snapshots?.find((snapshot) => BigInt(snapshot["sequence-number"]) === wanted));
}

/** What `main` was at a time. Its log tells, which a rolled back branch or another branch's commits do not disturb. */
function byTime(metadata: TableMetadata, at: Date): IcebergSnapshot {
  const entry = metadata["snapshot-log"]?.findLast((item) => item["timestamp-ms"] <= at.getTime());
  if (entry === undefined) throw problem("lake.snapshot_not_found");
  return required(findSnapshot(metadata, String(entry["snapshot-id"])));
}

function byId(metadata: TableMetadata, snapshotId: string): IcebergSnapshot {
  return required(/^-?\d{1,19}$/.test(snapshotId) ? findSnapshot(metadata, snapshotId) : undefined);
}

/** The newest snapshot of a branch; undefined when `main` has none yet. Throws `lake.ref_not_found`. */
export function headOf(metadata: TableMetadata, branch: string): IcebergSnapshot | undefined {
  return branch === "main" ? findSnapshot(metadata) : byRef(metadata, branch, "branch");
}

/**
 * Finds a snapshot, by default the newest of `main`. A branch is read with the columns the table has now, a fixed state with
 * those of its time. Throws `lake.snapshot_not_found` or `lake.ref_not_found`.
 */
export function findAt(metadata: TableMetadata, at: At = { branch: "main" }): FoundSnapshot {
  if ("branch" in at) return { snapshot: headOf(metadata, at.branch), schema: schemaOf(metadata), branch: at.branch };
  let snapshot: IcebergSnapshot;
  if ("snapshotId" in at) snapshot = byId(metadata, at.snapshotId);
  else if ("number" in at) snapshot = byNumber(metadata, at.number);
  else if ("tag" in at) snapshot = byRef(metadata, at.tag, "tag");
  else snapshot = byTime(metadata, at.asOf);
  return { snapshot, schema: schemaOf(metadata, snapshot), branch: undefined };
}
