import { problem } from "@granary/protocol";
import { findSnapshot, type IcebergSnapshot, isSameLong, type Long, type TableMetadata } from "../iceberg/index.ts";

/** The branch every table has; what readers see unless they ask for another. */
export const MAIN = "main";

/** A snapshot that is kept. Throws `lake.snapshot_not_found`. */
export function getSnapshot(metadata: TableMetadata, id: Long): IcebergSnapshot {
  const snapshot = findSnapshot(metadata, String(id));
  if (snapshot === undefined) throw problem("lake.snapshot_not_found");
  return snapshot;
}

/** A snapshot and what it was made from, newest first, as far back as is kept. */
export function* ancestorsOf(metadata: TableMetadata, id: Long): Generator<IcebergSnapshot> {
  const byId = new Map((metadata.snapshots ?? []).map((snapshot) => [String(snapshot["snapshot-id"]), snapshot]));
  const seen = new Set<string>();
  let next: Long | undefined = id;
  while (next !== undefined && !seen.has(String(next))) {
    seen.add(String(next));
    const snapshot = byId.get(String(next));
    if (snapshot === undefined) return;
    yield snapshot;
    next = snapshot["parent-snapshot-id"];
  }
}

/** Whether the second snapshot was made from the first, or is the first. */
export function isAncestor(metadata: TableMetadata, ancestor: Long, descendant: Long): boolean {
  for (const snapshot of ancestorsOf(metadata, descendant)) if (isSameLong(snapshot["snapshot-id"], ancestor)) return true;
  return false;
}

/**
 * The time a commit gets: now, but not before what the table already says. Readers in Java refuse logs that run backwards,
 * which a clock set back would give them.
 */
export const commitTime = (metadata: TableMetadata, nowMs: number): number => Math.max(nowMs, metadata["last-updated-ms"]);

/** The sequence number of the next commit, a number as long as that is exact. */
export function nextSequenceNumber(metadata: TableMetadata): Long {
  const next = BigInt(metadata["last-sequence-number"]) + 1n;
  return next <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(next) : next;
}

/** Moves `main`, with what follows from it. */
export function withCurrent(metadata: TableMetadata, id: Long, atMs: number): TableMetadata {
  return {
    ...metadata,
    "last-updated-ms": atMs,
    "current-snapshot-id": id,
    refs: { ...metadata.refs, [MAIN]: { ...metadata.refs?.[MAIN], "snapshot-id": id, type: "branch" } },
    "snapshot-log": [...(metadata["snapshot-log"] ?? []), { "snapshot-id": id, "timestamp-ms": atMs }],
  };
}
