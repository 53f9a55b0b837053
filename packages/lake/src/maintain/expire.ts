import { addDiscards, type LakeTransaction, type TableRef } from "../catalog/index.ts";
import { commitMetadata, type Committed, type ExistingTable, lockExisting } from "../change/index.ts";
import type { IcebergSnapshot, TableMetadata } from "../iceberg/index.ts";
import { expireSnapshots } from "../metadata/index.ts";
import { type Freed, type MaintainParts, READERS_GRACE_MS, type Transaction } from "./maintain-parts.ts";
import { addFilesOf, statisticsFiles } from "./reachable.ts";

export interface ExpireRequest extends TableRef {
  /** For work before the commit, and for the commit itself. */
  readonly transaction: Transaction;
  /** Snapshots younger than that stay. */
  readonly maxAgeMs: number;
  /** How many of each branch stay at least, by default 1. Tags keep theirs; branches may have rules of their own. */
  readonly minToKeep?: number;
  /** How long the files stay for readers that are still at it, by default an hour. */
  readonly graceMs?: number;
}

/** What left the table. Its files are deleted by `deleteDiscards` or the sweep once the readers' time has passed. */
export interface ExpiredSnapshots extends Freed {
  readonly snapshotIds: readonly string[];
  /** Branches and tags whose own age limit has passed. */
  readonly refs: readonly string[];
}

interface Left {
  readonly metadata: TableMetadata;
  readonly snapshots: readonly IcebergSnapshot[];
  readonly refs: readonly string[];
  readonly files: ReadonlySet<string>;
}

const changeSetOf = (snapshot: IcebergSnapshot): readonly string[] => {
  const uri = snapshot.summary["granary.change-set"];
  return uri === undefined ? [] : [uri];
};

/** Files of the snapshots that leave which none of those that stay needs. */
async function filesThatLeave(
  parts: MaintainParts,
  tx: LakeTransaction,
  before: TableMetadata,
  after: { readonly metadata: TableMetadata; readonly snapshots: readonly IcebergSnapshot[] },
): Promise<ReadonlySet<string>> {
  const kept = new Set([...statisticsFiles(after.metadata), ...(after.metadata.snapshots ?? []).flatMap(changeSetOf)]);
  await addFilesOf(parts, tx, after.metadata.snapshots ?? [], kept);
  const left = new Set([...statisticsFiles(before), ...after.snapshots.flatMap(changeSetOf)]);
  await addFilesOf(parts, tx, after.snapshots, left);
  return left.difference(kept);
}

async function planExpiry(
  parts: MaintainParts,
  tx: LakeTransaction,
  table: Pick<ExistingTable, "metadata">,
  request: ExpireRequest,
): Promise<Left | undefined> {
  const nowMs = parts.now().getTime();
  const { metadata } = table;
  const expired = expireSnapshots(metadata, { olderThanMs: nowMs - request.maxAgeMs, minToKeep: request.minToKeep ?? 1, nowMs });
  if (expired.metadata === metadata) return undefined;
  return { ...expired, files: await filesThatLeave(parts, tx, metadata, expired) };
}

/**
 * Lets old snapshots go. Everything is read before the table is locked, so that writers wait for the commit alone; what
 * another writer did meanwhile is looked at again under the lock.
 */
export async function expire(parts: MaintainParts, request: ExpireRequest): Promise<ExpiredSnapshots> {
  const nothing: ExpiredSnapshots = { snapshotIds: [], refs: [], files: 0, bytes: 0 };
  const first = await request.transaction(async (tx) => planExpiry(parts, tx, await parts.store.load(tx, request), request));
  if (first === undefined) return nothing;
  const done = await request.transaction(async (tx): Promise<{ readonly expired: ExpiredSnapshots; readonly committed?: Committed }> => {
    const base = await lockExisting(parts, tx, request);
    const left = await planExpiry(parts, tx, base, request);
    if (left === undefined) return { expired: nothing };
    const known = await parts.catalog.expected(tx, [...left.files]);
    const committed = await commitMetadata(parts, tx, request, { base, metadata: left.metadata });
    const dueAt = new Date(parts.now().getTime() + (request.graceMs ?? READERS_GRACE_MS));
    await addDiscards(tx, request, [...left.files], dueAt);
    const bytes = [...known.values()].reduce((sum, file) => sum + file.bytes, 0);
    return {
      expired: { snapshotIds: left.snapshots.map((snapshot) => String(snapshot["snapshot-id"])), refs: left.refs, files: left.files.size, bytes },
      committed,
    };
  });
  if (done.committed !== undefined && done.committed.obsolete.length > 0) await parts.fileIo.delete(done.committed.obsolete);
  return done.expired;
}
