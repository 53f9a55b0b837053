import type { Catalog, LakeTransaction } from "../catalog/index.ts";
import type { FileIo } from "../file-io/index.ts";
import type { StoredTable, TableStore } from "../table/index.ts";

const DEFAULT_MIN_AGE_MS = 24 * 3_600_000;

export interface SweepOptions {
  readonly workspaceId: string;
  /** Younger files may belong to an import or commit under way. */
  readonly minAgeMs?: number;
}

export interface Swept {
  readonly files: number;
  readonly bytes: number;
}

export interface SweepParts {
  readonly catalog: Catalog;
  readonly fileIo: FileIo;
  readonly store: TableStore;
  readonly warehouseUri: string;
  readonly now: () => Date;
}

async function addReachable(parts: SweepParts, tx: LakeTransaction, table: StoredTable, reachable: Set<string>): Promise<void> {
  reachable.add(table.metadataLocation);
  for (const entry of table.metadata["metadata-log"] ?? []) reachable.add(entry["metadata-file"]);
  for (const snapshot of table.metadata.snapshots ?? []) {
    reachable.add(snapshot["manifest-list"]);
    for (const manifest of await parts.store.manifests(tx, snapshot)) {
      if (reachable.has(manifest.manifest_path)) continue;
      reachable.add(manifest.manifest_path);
      for (const entry of await parts.store.entries(tx, manifest)) reachable.add(entry.file.uri);
    }
  }
}

/**
 * Deletes the files of a workspace that no snapshot of any of its tables needs and that are old enough to belong to nobody,
 * and what dead processes left in the scratch directory.
 */
export async function sweepOrphans(parts: SweepParts, tx: LakeTransaction, options: SweepOptions): Promise<Swept> {
  const before = parts.now().getTime() - (options.minAgeMs ?? DEFAULT_MIN_AGE_MS);
  const scratch = await parts.fileIo.sweepScratch(new Date(before));
  // Listed before the catalog is read: what is published in between is reachable by then.
  const candidates = [];
  for await (const file of parts.fileIo.list(`${parts.warehouseUri}/${options.workspaceId}/`)) {
    if (file.modifiedAt.getTime() <= before) candidates.push(file);
  }
  const reachable = new Set<string>();
  for (const location of await parts.catalog.list(tx, options.workspaceId)) await addReachable(parts, tx, await parts.store.loadAt(tx, location), reachable);
  const orphans = candidates.filter((file) => !reachable.has(file.uri));
  await parts.fileIo.delete(orphans.map((file) => file.uri));
  await parts.catalog.unregister(
    tx,
    orphans.map((file) => file.uri),
  );
  return { files: scratch.files + orphans.length, bytes: orphans.reduce((sum, file) => sum + file.bytes, scratch.bytes) };
}
