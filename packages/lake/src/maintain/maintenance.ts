import type { LakeTransaction, TableRef } from "../catalog/index.ts";
import { compact, type Compacted, type CompactRequest } from "./compact.ts";
import { deleteDiscards } from "./delete-discards.ts";
import { deleteOldMetadata, type OldMetadataRequest } from "./delete-old-metadata.ts";
import { dropTable } from "./drop-table.ts";
import { erase, type Erasure, type EraseRequest } from "./erase/index.ts";
import { expire, type ExpiredSnapshots, type ExpireRequest } from "./expire.ts";
import type { Freed, MaintainParts } from "./maintain-parts.ts";
import { maintain, type Maintained, type MaintainRequest } from "./maintain-table.ts";
import { type RewriteManifestsRequest, type RewrittenManifests, rewriteManifests } from "./rewrite-manifests.ts";
import { type CompactionInput, stageCompaction, type StagedCompaction } from "./stage-compaction.ts";
import { sweepOrphans, type SweepOptions, type Swept } from "./sweep-orphans.ts";

/**
 * What keeps tables fast and small. Every verb works beside writers and readers: it commits as writers do, and a file is
 * deleted only after the commit that made it needless, and after readers had time to finish.
 */
export interface Maintenance {
  /** Does to a table what its policy asks for, and tells what it freed. */
  maintain(request: MaintainRequest): Promise<Maintained>;
  /** Lets old snapshots go. */
  expireSnapshots(request: ExpireRequest): Promise<ExpiredSnapshots>;
  /** Writes small files and files with many deletes anew. */
  compact(request: CompactRequest): Promise<Compacted>;
  /** One step of `compact`, for callers who publish it with something of their own; undefined when there is nothing to do. */
  stageCompaction(input: CompactionInput): Promise<StagedCompaction | undefined>;
  /** Merges small manifests. */
  rewriteManifests(request: RewriteManifestsRequest): Promise<RewrittenManifests>;
  /** Lets old metadata files go. */
  deleteOldMetadata(request: OldMetadataRequest): Promise<Freed>;
  /** Deletes files of a workspace or table whose time has come. */
  deleteDiscards(tx: LakeTransaction, of: { readonly workspaceId: string; readonly tableName?: string }): Promise<Freed>;
  /** Removes the rows of given keys from every snapshot and file, and proves that nothing of them is left. */
  erase(request: EraseRequest): Promise<Erasure>;
  /** Takes a table out of the catalog; its files go with the next `deleteDiscards`. Answers whether there was one. */
  dropTable(tx: LakeTransaction, ref: TableRef): Promise<boolean>;
  /** Deletes what crashes and lost commits left behind. */
  sweepOrphans(tx: LakeTransaction, options: SweepOptions): Promise<Swept>;
}

export function maintenance(parts: MaintainParts): Maintenance {
  return {
    maintain: (request) => maintain(parts, request),
    expireSnapshots: (request) => expire(parts, request),
    compact: (request) => compact(parts, request),
    stageCompaction: (input) => stageCompaction(parts, input),
    rewriteManifests: (request) => rewriteManifests(parts, request),
    deleteOldMetadata: (request) => deleteOldMetadata(parts, request),
    deleteDiscards: (tx, of) => deleteDiscards(parts, tx, of),
    erase: (request) => erase(parts, request),
    dropTable: (tx, ref) => dropTable(parts, tx, ref),
    sweepOrphans: (tx, options) => sweepOrphans(parts, tx, options),
  };
}
