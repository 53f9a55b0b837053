import type { Catalog, LakeTransaction, TableRef } from "../catalog/index.ts";
import type { FileIo } from "../file-io/index.ts";
import type { TableMetadata } from "../iceberg/index.ts";
import type { TableStore } from "../table/index.ts";

/** What commits are made with. */
export interface CommitParts {
  readonly catalog: Catalog;
  readonly fileIo: FileIo;
  readonly store: TableStore;
  readonly warehouseUri: string;
  readonly now: () => Date;
}

/** The state of a table a commit starts from, under the table's lock. */
export interface CommitBase {
  readonly metadata: TableMetadata;
  /** Undefined for a new table. */
  readonly metadataLocation: string | undefined;
  /** Whether another engine made it. */
  readonly isForeign?: boolean;
}

/** Makes own writers wait and loads the table; undefined when there is none. */
export async function lockTable(parts: CommitParts, tx: LakeTransaction, ref: TableRef): Promise<CommitBase | undefined> {
  await parts.catalog.lock(tx, ref);
  const entry = await parts.catalog.find(tx, ref);
  return entry === undefined ? undefined : { ...(await parts.store.loadEntry(tx, entry)), isForeign: entry.metadataFile === undefined };
}
