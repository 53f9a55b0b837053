import type { TableRef } from "../catalog/index.ts";
import { commitFiles, lockExisting, type Published, settle } from "../change/index.ts";
import type { ManifestFile } from "../iceberg/index.ts";
import { headOf } from "../table/index.ts";
import type { MaintainParts, Transaction } from "./maintain-parts.ts";

export interface RewriteManifestsRequest extends TableRef {
  readonly transaction: Transaction;
  /** `main` unless said otherwise. */
  readonly branch?: string;
  /** Does nothing with fewer manifests of one kind, by default 10. */
  readonly minCount?: number;
}

export interface RewrittenManifests {
  readonly before: number;
  readonly after: number;
}

const DEFAULT_MIN_COUNT = 10;

function mostOfOneKind(manifests: readonly ManifestFile[]): number {
  const groups = Map.groupBy(manifests, (manifest) => `${manifest.content} ${manifest.partition_spec_id}`);
  return Math.max(0, ...[...groups.values()].map((group) => group.length));
}

/** Merges the small manifests of a branch's head into a few, as a snapshot of the same rows. The old ones go when the older snapshots do. */
export async function rewriteManifests(parts: MaintainParts, request: RewriteManifestsRequest): Promise<RewrittenManifests> {
  const { branch = "main", minCount = DEFAULT_MIN_COUNT } = request;
  const done = await request.transaction(async (tx): Promise<RewrittenManifests & { readonly published?: Published }> => {
    const base = await lockExisting(parts, tx, request);
    const head = headOf(base.metadata, branch);
    const before = head === undefined ? [] : await parts.store.manifests(tx, head);
    const unchanged = { before: before.length, after: before.length };
    if (mostOfOneKind(before) < Math.max(2, minCount)) return unchanged;
    const published = await commitFiles(parts, tx, {
      ref: request,
      base,
      branch,
      operation: "replace",
      added: [],
      removed: new Set(),
      staged: [],
      summary: {},
      mergesManifests: true,
    });
    const { metadata } = await parts.store.loadAt(tx, published.metadataLocation);
    const next = headOf(metadata, branch);
    return { before: before.length, after: next === undefined ? 0 : (await parts.store.manifests(tx, next)).length, published };
  });
  if (done.published !== undefined) await settle(parts.fileIo, done.published);
  return { before: done.before, after: done.after };
}
