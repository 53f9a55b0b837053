import type { TableRef } from "../catalog/index.ts";
import { compact, type Compacted } from "./compact.ts";
import { deleteDiscards } from "./delete-discards.ts";
import { deleteOldMetadata } from "./delete-old-metadata.ts";
import { expire, type ExpiredSnapshots } from "./expire.ts";
import type { Freed, MaintainParts, Transaction } from "./maintain-parts.ts";
import { type MaintenancePolicy, policyOf } from "./maintenance-policy.ts";
import { type RewrittenManifests, rewriteManifests } from "./rewrite-manifests.ts";

export interface MaintainRequest extends TableRef {
  readonly transaction: Transaction;
  /** Takes the place of what the table's properties ask for. */
  readonly policy?: Partial<MaintenancePolicy>;
  /** No new step of compaction is begun after that time, by default 10 minutes. */
  readonly budgetMs?: number;
  readonly graceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What maintenance did to a table; undefined where there was nothing to do or the policy says no. */
export interface Maintained {
  readonly compacted: Compacted | undefined;
  readonly manifests: RewrittenManifests | undefined;
  readonly expired: ExpiredSnapshots | undefined;
  /** Old metadata files that left the table's log. */
  readonly metadata: Freed;
  /** Files that were really deleted now: those of earlier rounds, whose time had come. */
  readonly deleted: Freed;
}

const DEFAULT_BUDGET_MS = 600_000;
const NOTHING: Freed = { files: 0, bytes: 0 };

const didCompact = ({ commits, isUnfinished }: Compacted): boolean => commits > 0 || isUnfinished;
const didRewrite = ({ before, after }: RewrittenManifests): boolean => before !== after;
const didExpire = ({ snapshotIds, refs }: ExpiredSnapshots): boolean => snapshotIds.length > 0 || refs.length > 0;

/** What a step did, or undefined when it found nothing to do. */
const ifAny = <T>(done: T | undefined, didAnything: (done: T) => boolean): T | undefined => (done !== undefined && didAnything(done) ? done : undefined);

/**
 * Does to a table what its policy asks for, step by step: compacts data, merges manifests, lets old snapshots and metadata go,
 * and deletes what earlier rounds let go. Each step is a commit or none, so that it may be stopped between any two.
 */
export async function maintain(parts: MaintainParts, request: MaintainRequest): Promise<Maintained> {
  const { transaction, workspaceId, tableName, signal, graceMs } = request;
  const ref = { transaction, workspaceId, tableName };
  const grace = graceMs === undefined ? {} : { graceMs };
  const stored = await transaction((tx) => parts.store.load(tx, request));
  const policy: MaintenancePolicy = { ...policyOf(stored.metadata), ...request.policy };
  if (!policy.isEnabled) return { compacted: undefined, manifests: undefined, expired: undefined, metadata: NOTHING, deleted: NOTHING };
  const compacted = await compact(parts, { ...ref, limits: policy.compaction, budgetMs: request.budgetMs ?? DEFAULT_BUDGET_MS, signal });
  signal?.throwIfAborted();
  const manifests = await rewriteManifests(parts, { ...ref, minCount: policy.manifestsToRewrite });
  signal?.throwIfAborted();
  const expired = policy.expiry === undefined ? undefined : await expire(parts, { ...ref, ...policy.expiry, ...grace });
  signal?.throwIfAborted();
  const metadata = await deleteOldMetadata(parts, { ...ref, keep: policy.metadataToKeep, ...grace });
  const deleted = await transaction((tx) => deleteDiscards(parts, tx, { workspaceId, tableName }));
  return {
    compacted: ifAny(compacted, didCompact),
    manifests: ifAny(manifests, didRewrite),
    expired: ifAny(expired, didExpire),
    metadata,
    deleted,
  };
}
