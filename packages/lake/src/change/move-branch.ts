import { problem } from "@granary/protocol";
import type { LakeTransaction, TableRef } from "../catalog/index.ts";
import { fastForward, setRef } from "../metadata/index.ts";
import { type At, findAt, totalRows } from "../table/index.ts";
import { changeMetadata } from "./change-metadata.ts";
import type { CommitParts } from "./commit-parts.ts";
import type { Committed } from "./published.ts";

/** A tag or branch to be set. */
export interface NewRef {
  readonly name: string;
  readonly type: "branch" | "tag";
  /** The newest snapshot of `main` unless said otherwise. */
  readonly at?: At;
  /** Branches: how many snapshots expiry keeps at least, and for how long it keeps all. */
  readonly minSnapshotsToKeep?: number;
  readonly maxSnapshotAgeMs?: number;
  /** After that time expiry removes the name; never for `main`. */
  readonly maxRefAgeMs?: number;
  /** Whether a name of the same type may be there already, and is then moved. */
  readonly mayReplace?: boolean;
}

/** Where a branch or tag is after a commit. */
export interface MovedRef extends Committed {
  readonly snapshotId: string;
  readonly sequenceNumber: string;
  readonly rows: number;
}

function found(snapshot: ReturnType<typeof findAt>["snapshot"]): NonNullable<typeof snapshot> {
  if (snapshot === undefined) throw problem("lake.snapshot_not_found");
  return snapshot;
}

type Snapshot = ReturnType<typeof found>;

const moved = (committed: Committed, snapshot: Snapshot): MovedRef => ({
  metadataLocation: committed.metadataLocation,
  schemaId: committed.schemaId,
  obsolete: committed.obsolete,
  snapshotId: String(snapshot["snapshot-id"]),
  sequenceNumber: String(snapshot["sequence-number"]),
  rows: totalRows(snapshot.summary),
});

/** Names a snapshot. Throws `lake.ref_exists`, `lake.ref_invalid`, `lake.ref_not_found` or `lake.snapshot_not_found`. */
export async function setTableRef(parts: CommitParts, tx: LakeTransaction, ref: TableRef, { at, ...input }: NewRef): Promise<MovedRef> {
  let snapshot: Snapshot | undefined;
  const committed = await changeMetadata(parts, tx, ref, (metadata) => {
    snapshot = found(findAt(metadata, at).snapshot);
    return setRef(metadata, { ...input, snapshotId: snapshot["snapshot-id"] });
  });
  return moved(committed, found(snapshot));
}

/**
 * Moves a branch, `main` by default, on to a snapshot that was made from its head: how a reviewed branch is published.
 * Throws `lake.not_fast_forward` when the branch has moved meanwhile; the change must then be staged again.
 */
export async function fastForwardBranch(
  parts: CommitParts,
  tx: LakeTransaction,
  ref: TableRef,
  input: { readonly branch?: string; readonly to: At },
): Promise<MovedRef> {
  let snapshot: Snapshot | undefined;
  const committed = await changeMetadata(parts, tx, ref, (metadata, nowMs) => {
    snapshot = found(findAt(metadata, input.to).snapshot);
    return fastForward(metadata, { branch: input.branch ?? "main", snapshotId: snapshot["snapshot-id"], nowMs });
  });
  return moved(committed, found(snapshot));
}
