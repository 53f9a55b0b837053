import type { Engine } from "@granary/engine";
import { Catalog, type LakeTransaction } from "./catalog/index.ts";
import { type TableChanges, tableChanges } from "./change/index.ts";
import {
  type ChangePage,
  type ChangeSet,
  type ChangesRequest,
  checkKeys,
  diff,
  type DiffRequest,
  type DiffResult,
  discardChangeSet,
  keepChangeSet,
  type KeyCheck,
  type KeyCheckRequest,
  readChanges,
} from "./diff/index.ts";
import type { FileIo } from "./file-io/index.ts";
import { type SweepOptions, type Swept, sweepOrphans } from "./maintain/index.ts";
import { exportCsv, type ExportRequest, type Page, type PageRequest, readPage } from "./scan/index.ts";
import { type OpenTable, type TableStates, tableStates, TableStore } from "./table/index.ts";
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
export interface Lake extends TableStates, TableChanges, RowChanges {
  /** A page of rows, as a read plan shows them. */
  rows(table: OpenTable, request: PageRequest): Promise<Page>;
  /** All rows as a CSV file, as a read plan shows them. */
  exportCsv(table: OpenTable, request: ExportRequest): Promise<{ readonly rows: number }>;
  /** Compares two snapshots, or a snapshot and proposed rows, and stores the difference; `keepChangeSet` or `discardChangeSet` it. */
  diff(request: DiffRequest): Promise<DiffResult>;
  /** A page of a stored difference, as a read plan shows both sides. */
  changes(changeSet: ChangeSet, request: ChangesRequest): Promise<ChangePage>;
  /** Keeps the sweep from taking a change set for an orphan. */
  keepChangeSet(tx: LakeTransaction, changeSet: ChangeSet): Promise<void>;
  /** Deletes a change set, and forgets it when it was kept. */
  discardChangeSet(tx: LakeTransaction, changeSet: ChangeSet): Promise<void>;
  /** Whether columns identify every row. */
  checkKeys(request: KeyCheckRequest): Promise<KeyCheck>;
  /** Deletes what crashes and lost commits left behind. */
  sweepOrphans(tx: LakeTransaction, options: SweepOptions): Promise<Swept>;
}

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
    rows: (table, request) => readPage(parts, table, request),
    exportCsv: (table, request) => exportCsv(parts, table, request),
    diff: (request) => diff(parts, request),
    changes: (changeSet, request) => readChanges(parts, changeSet, request),
    keepChangeSet: (tx, changeSet) => keepChangeSet(parts, tx, changeSet),
    discardChangeSet: (tx, changeSet) => discardChangeSet(parts, tx, changeSet),
    checkKeys: (request) => checkKeys(parts, request),
    sweepOrphans: (tx, how) => sweepOrphans(parts, tx, how),
  };
}
