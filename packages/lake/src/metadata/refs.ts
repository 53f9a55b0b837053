import { problem } from "@granary/protocol";
import type { IcebergRef, Long, TableMetadata } from "../iceberg/index.ts";
import { commitTime, getSnapshot, isAncestor, MAIN, withCurrent } from "./snapshots-of.ts";

const MAX_NAME_LENGTH = 255;

/** A tag or branch to be set. */
export interface RefInput {
  readonly name: string;
  readonly type: "branch" | "tag";
  readonly snapshotId: Long;
  /** Branches: how many snapshots expiry keeps at least, and for how long it keeps all. */
  readonly minSnapshotsToKeep?: number;
  readonly maxSnapshotAgeMs?: number;
  /** After that time expiry removes the name; never for `main`. */
  readonly maxRefAgeMs?: number;
  /** Whether a name of the same type may be there already, and is then moved. */
  readonly mayReplace?: boolean;
}

const invalid = (reason: string): Error => problem("lake.ref_invalid", { reason });

function checkName(name: string): void {
  if (name.trim() !== name || name === "") throw invalid("the name is empty or begins or ends with a blank");
  if (name.length > MAX_NAME_LENGTH) throw invalid(`the name is longer than ${MAX_NAME_LENGTH} characters`);
  if (/[\u0000-\u001f\u007f]/.test(name)) throw invalid("the name holds control characters");
  if (name === "__proto__") throw invalid("the name is reserved");
}

function checkRetention(input: RefInput): void {
  const isTag = input.type === "tag";
  if (isTag && (input.minSnapshotsToKeep !== undefined || input.maxSnapshotAgeMs !== undefined))
    throw invalid("a tag keeps one snapshot, not an age or number of them");
  for (const value of [input.minSnapshotsToKeep, input.maxSnapshotAgeMs, input.maxRefAgeMs]) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) throw invalid("ages and numbers of snapshots to keep are whole numbers above 0");
  }
  if (input.name === MAIN && input.maxRefAgeMs !== undefined) throw invalid("main never expires");
}

const print = (ref: IcebergRef): string => Object.entries(ref).map(String).sort().join("\n");

function toRef(input: RefInput): IcebergRef {
  return {
    "snapshot-id": input.snapshotId,
    type: input.type,
    ...(input.minSnapshotsToKeep === undefined ? {} : { "min-snapshots-to-keep": input.minSnapshotsToKeep }),
    ...(input.maxSnapshotAgeMs === undefined ? {} : { "max-snapshot-age-ms": input.maxSnapshotAgeMs }),
    ...(input.maxRefAgeMs === undefined ? {} : { "max-ref-age-ms": input.maxRefAgeMs }),
  };
}

/**
 * Sets a tag or branch. `main` keeps its snapshot: only its retention can be set here. Throws `lake.ref_exists`,
 * `lake.ref_invalid` or `lake.snapshot_not_found`.
 */
export function setRef(metadata: TableMetadata, input: RefInput): TableMetadata {
  checkName(input.name);
  checkRetention(input);
  const known = metadata.refs?.[input.name];
  if (known !== undefined && (known.type !== input.type || input.mayReplace !== true)) throw problem("lake.ref_exists", { name: input.name });
  getSnapshot(metadata, input.snapshotId);
  if (input.name === MAIN && (known === undefined || BigInt(known["snapshot-id"]) !== BigInt(input.snapshotId)))
    throw invalid("main moves by commits, fast-forwards and rollbacks only");
  const ref = toRef(input);
  if (known !== undefined && print(known) === print(ref)) return metadata;
  return { ...metadata, refs: { ...metadata.refs, [input.name]: ref } };
}

/** Removes a tag or branch; its snapshots stay until they expire. Throws `lake.ref_not_found`, and `lake.ref_invalid` for `main`. */
export function dropRef(metadata: TableMetadata, name: string): TableMetadata {
  if (name === MAIN) throw invalid("main cannot be removed");
  if (metadata.refs?.[name] === undefined) throw problem("lake.ref_not_found", { name });
  return { ...metadata, refs: Object.fromEntries(Object.entries(metadata.refs).filter(([known]) => known !== name)) };
}

/**
 * Moves a branch on to a snapshot that was made from its head. Nothing changes when it is there already. Throws
 * `lake.ref_not_found`, and `lake.not_fast_forward` when the branch has snapshots the target was not made from.
 */
export function fastForward(metadata: TableMetadata, input: { readonly branch: string; readonly snapshotId: Long; readonly nowMs: number }): TableMetadata {
  const { branch, snapshotId } = input;
  const ref = metadata.refs?.[branch];
  if (branch !== MAIN && ref?.type !== "branch") throw problem("lake.ref_not_found", { name: branch });
  getSnapshot(metadata, snapshotId);
  if (ref !== undefined && BigInt(ref["snapshot-id"]) === BigInt(snapshotId)) return metadata;
  if (ref !== undefined && !isAncestor(metadata, ref["snapshot-id"], snapshotId)) throw problem("lake.not_fast_forward", { name: branch });
  if (branch === MAIN) return withCurrent(metadata, snapshotId, commitTime(metadata, input.nowMs));
  return { ...metadata, refs: { ...metadata.refs, [branch]: { ...ref, "snapshot-id": snapshotId, type: "branch" } } };
}
