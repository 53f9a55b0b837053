import { findSnapshot, type IcebergSnapshot, isSameLong, type TableMetadata } from "../iceberg/index.ts";
import { MAIN, withCurrent } from "./snapshots-of.ts";

function fault(metadata: TableMetadata, branch: string, snapshot: IcebergSnapshot): string | undefined {
  if (findSnapshot(metadata, String(snapshot["snapshot-id"])) !== undefined) return "its id is taken";
  if (BigInt(snapshot["sequence-number"]) <= BigInt(metadata["last-sequence-number"])) return "its sequence number is not the next";
  if (snapshot["timestamp-ms"] < metadata["last-updated-ms"]) return "it is older than the table's last change";
  if (!metadata.schemas.some((schema) => schema["schema-id"] === snapshot["schema-id"])) return "the table lacks its schema";
  const ref = metadata.refs?.[branch];
  if (ref?.type === "tag") return `${branch} is a tag`;
  const head = branch === MAIN ? metadata["current-snapshot-id"] : ref?.["snapshot-id"];
  const parent = snapshot["parent-snapshot-id"];
  return head === undefined || isSameLong(head, parent) ? undefined : `it was not made from the head of ${branch}`;
}

/**
 * Metadata with one snapshot more, the new head of a branch; a branch that is not there begins with it. Throws a TypeError
 * for a snapshot other engines would refuse: `commitTime` gives the time, the parent must be the branch's head.
 */
export function addSnapshot(metadata: TableMetadata, { branch, snapshot }: { readonly branch: string; readonly snapshot: IcebergSnapshot }): TableMetadata {
  const reason = fault(metadata, branch, snapshot);
  if (reason !== undefined) throw new TypeError(`the snapshot ${snapshot["snapshot-id"]} cannot be added: ${reason}`);
  const next: TableMetadata = {
    ...metadata,
    "last-sequence-number": snapshot["sequence-number"],
    "last-updated-ms": snapshot["timestamp-ms"],
    snapshots: [...(metadata.snapshots ?? []), snapshot],
  };
  if (branch === MAIN) return withCurrent(next, snapshot["snapshot-id"], snapshot["timestamp-ms"]);
  return { ...next, refs: { ...next.refs, [branch]: { ...next.refs?.[branch], "snapshot-id": snapshot["snapshot-id"], type: "branch" } } };
}
