import { randomUUID } from "node:crypto";
import { type IcebergSchema, type IcebergSnapshot, newTableMetadata, type TableMetadata } from "../iceberg/index.ts";

/** Metadata with a snapshot more, which becomes the head of a branch. */
export function withSnapshot(base: TableMetadata, branch: string, snapshot: IcebergSnapshot): TableMetadata {
  const id = snapshot["snapshot-id"];
  const at = snapshot["timestamp-ms"];
  const next: TableMetadata = {
    ...base,
    "last-sequence-number": snapshot["sequence-number"],
    "last-updated-ms": at,
    refs: { ...base.refs, [branch]: { ...base.refs?.[branch], "snapshot-id": id, type: "branch" } },
    snapshots: [...(base.snapshots ?? []), snapshot],
  };
  if (branch !== "main") return next;
  return { ...next, "current-snapshot-id": id, "snapshot-log": [...(base["snapshot-log"] ?? []), { "snapshot-id": id, "timestamp-ms": at }] };
}
