import { problem } from "@granary/protocol";
import { checkTableRef, type LakeTransaction, listDiscards, type RegisteredFile } from "../catalog/index.ts";
import { schemaOf } from "../iceberg/index.ts";
import { ERASED_TABLE } from "../metadata/index.ts";
import { headOf } from "../table/index.ts";
import { adoptForeignFiles } from "./adopt-foreign-files.ts";
import { requireGuard } from "./check-guard.ts";
import { requireKnownSpecs, requireReadable } from "./check-schema.ts";
import { type CommitBase, type CommitParts, lockTable } from "./commit-parts.ts";
import { commitFiles } from "./commit-files.ts";
import { newTable } from "./new-table.ts";
import type { Published, PublishOptions } from "./published.ts";
import type { StagedChange } from "./staged-change.ts";

async function baseOf(parts: CommitParts, tx: LakeTransaction, staged: StagedChange, mode: "create" | "change"): Promise<CommitBase> {
  const found = await lockTable(parts, tx, staged);
  if (mode === "create") {
    if (found !== undefined) throw problem("lake.table_exists");
    return { metadata: newTable(staged, parts.now()), metadataLocation: undefined };
  }
  if (found === undefined) throw problem("lake.table_not_found");
  // Dropped and made anew under the same name: the change belongs to the table that is gone.
  if (found.metadata["table-uuid"] !== staged.tableUuid) throw problem("lake.commit_conflict");
  if (found.isForeign === true) await adoptForeignFiles(parts, tx, staged, found);
  return found;
}

/** An erasure deletes what was staged before it, as it may hold erased rows. */
async function requireUndeleted(tx: LakeTransaction, staged: StagedChange): Promise<void> {
  const gone = new Set((await listDiscards(tx, staged, new Date(0))).map((item) => item.location));
  if (stagedFiles(staged).some((file) => gone.has(file.uri))) throw problem("lake.commit_conflict");
}

function stagedFiles({ added, changeSet }: StagedChange): readonly RegisteredFile[] {
  const files = added.map(({ uri, bytes, sha256, content }): RegisteredFile => ({ uri, bytes, sha256, kind: content === "data" ? "data" : "delete" }));
  if (changeSet === undefined) return files;
  return [...files, { uri: changeSet.uri, bytes: changeSet.bytes, sha256: changeSet.sha256, kind: "change_set" }];
}

function ownSummary(staged: StagedChange, options: PublishOptions): Readonly<Record<string, string>> {
  const { addedRows, deletedRows, replacedRows } = staged.counts;
  const own: Record<string, string> = {
    "added-rows": String(addedRows),
    "deleted-rows": String(deletedRows),
    "replaced-rows": String(replacedRows),
    ...(staged.changeSet === undefined ? {} : { "change-set": staged.changeSet.uri }),
    ...options.summary,
  };
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [`granary.${name}`, value]));
}

/**
 * Makes a staged change a snapshot of its table, as part of the caller's transaction: when that rolls back nothing happened
 * but for files that the orphan sweep removes. Writers of one table wait for each other. What others committed since the
 * change was staged is respected: the change's guard is checked again, and a change that does not fit any more, or a foreign
 * writer that was faster, gives `lake.commit_conflict`; the transaction must then roll back.
 */
export async function publish(parts: CommitParts, tx: LakeTransaction, staged: StagedChange, options: PublishOptions = {}): Promise<Published> {
  checkTableRef(staged);
  const base = await baseOf(parts, tx, staged, options.mode ?? (staged.tableUuid === null ? "create" : "change"));
  const { metadata } = base;
  const head = headOf(metadata, staged.branch);
  const headId = head === undefined ? undefined : String(head["snapshot-id"]);
  if (options.baseSnapshotId !== undefined && options.baseSnapshotId !== headId) throw problem("lake.commit_conflict");
  requireReadable(staged, schemaOf(metadata));
  requireKnownSpecs(staged, metadata);
  await requireGuard(parts, tx, staged, { metadata, head });
  if (metadata.properties?.[ERASED_TABLE] !== undefined) await requireUndeleted(tx, staged);
  return commitFiles(parts, tx, {
    ref: staged,
    base,
    branch: staged.branch,
    operation: staged.operation,
    added: staged.added.map((file) => ({ file, sequenceNumber: file.sequenceNumber === undefined ? undefined : toLong(file.sequenceNumber) })),
    removed: new Set(staged.removed.map((file) => file.uri)),
    staged: stagedFiles(staged),
    summary: ownSummary(staged, options),
  });
}

function toLong(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
