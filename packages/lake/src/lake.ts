import type { Engine } from "@granary/engine";
import { Catalog } from "./catalog/index.ts";
import { type TableChanges, tableChanges } from "./change/index.ts";
import { type Comparisons, comparisons } from "./diff/index.ts";
import type { FileIo } from "./file-io/index.ts";
import { type Maintenance, maintenance } from "./maintain/index.ts";
import { merging, type Merging } from "./merge/index.ts";
import { type Proposals, proposals } from "./propose/index.ts";
import { type TableReads, tableReads } from "./scan/index.ts";
import { type StorageState, storageState } from "./storage-state.ts";
import { type TableStates, tableStates, TableStore } from "./table/index.ts";
import { type RowChanges, rowChanges } from "./write/index.ts";

export interface LakeOptions {
  readonly engine: Engine;
  readonly fileIo: FileIo;
  /** Where tables lie, without a slash at the end, such as `file:///srv/granary/lake`. */
  readonly warehouseUri: string;
  /** The catalog's name; other engines must use the same. */
  readonly catalogName: string;
  readonly now?: () => Date;
}

/** Versioned tables in open files. Knows workspaces as names only: who may do what is decided above. */
export interface Lake extends TableStates, TableReads, TableChanges, RowChanges, Comparisons, Proposals, Merging, Maintenance, StorageState {}

/** Builds the lake over an engine and a place for files. */
export function createLake(options: LakeOptions): Lake {
  const { engine, fileIo, warehouseUri } = options;
  const catalog = new Catalog(options.catalogName);
  const store = new TableStore(catalog, fileIo);
  const parts = { engine, fileIo, warehouseUri, catalog, store, now: options.now ?? ((): Date => new Date()) };
  return {
    ...tableStates(store),
    ...tableChanges(parts),
    ...rowChanges(parts),
    ...comparisons(parts),
    ...merging(parts),
    ...proposals(parts),
    ...maintenance(parts),
    ...storageState(parts),
    ...tableReads(parts),
  };
}
