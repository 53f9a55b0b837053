import type { Engine } from "@granary/engine";
import { Catalog, checkTableRef, type LakeTransaction, type TableRef } from "./catalog/index.ts";
import { type Published, publish, type PublishOptions, type StagedChange } from "./change/index.ts";
import type { FileIo } from "./file-io/index.ts";
import { stageCsv, type StageCsvInput, type StagedImport } from "./write/index.ts";
import { type SweepOptions, type Swept, sweepOrphans } from "./maintain/index.ts";
import { exportCsv, type ExportRequest, type Page, type PageRequest, readPage } from "./scan/index.ts";
import {
  type At,
  listRefs,
  listSchemas,
  listSnapshots,
  type OpenTable,
  openTable,
  type RefInfo,
  type SchemaHistory,
  type SnapshotList,
  type SnapshotsRequest,
  TableStore,
} from "./table/index.ts";

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
export interface Lake {
  /** Reads a delimited file into stored rows nobody sees yet. Needs no transaction; `discard` takes it back. */
  stageCsv(input: StageCsvInput): Promise<StagedImport>;
  /** Makes a staged change a snapshot, together with whatever else the caller's transaction does. */
  publish(tx: LakeTransaction, staged: StagedChange, options?: PublishOptions): Promise<Published>;
  /** Deletes a staged change's files. Never call it after `publish` committed. */
  discard(staged: StagedChange): Promise<void>;
  /** A table at a snapshot, the newest of `main` by default. Reading it afterwards needs no transaction. */
  open(tx: LakeTransaction, ref: TableRef & { readonly at?: At }): Promise<OpenTable>;
  /** The snapshots that are kept, newest first. */
  snapshots(tx: LakeTransaction, request: SnapshotsRequest): Promise<SnapshotList>;
  /** Branches and tags. */
  refs(tx: LakeTransaction, ref: TableRef): Promise<readonly RefInfo[]>;
  /** The columns the table has and had. */
  schemas(tx: LakeTransaction, ref: TableRef): Promise<SchemaHistory>;
  /** A page of rows, as a read plan shows them. */
  rows(table: OpenTable, request: PageRequest): Promise<Page>;
  /** All rows as a CSV file, as a read plan shows them. */
  exportCsv(table: OpenTable, request: ExportRequest): Promise<{ readonly rows: number }>;
  /** Deletes what crashes and lost commits left behind. */
  sweepOrphans(tx: LakeTransaction, options: SweepOptions): Promise<Swept>;
}

/** Builds the lake over an engine and a place for files. */
export function createLake(options: LakeOptions): Lake {
  const { engine, fileIo, warehouseUri } = options;
  const catalog = new Catalog(options.catalogName);
  const parts = { engine, fileIo, warehouseUri, catalog, store: new TableStore(catalog, fileIo), now: options.now ?? ((): Date => new Date()) };
  return {
    stageCsv: (input) => stageCsv(parts, input),
    publish: (tx, staged, how) => publish(parts, tx, staged, how),
    discard: async (staged) => {
      await fileIo.delete([...staged.added, ...(staged.changeSet === undefined ? [] : [staged.changeSet])].map((file) => file.uri));
    },
    open: (tx, ref) => {
      checkTableRef(ref);
      return openTable(tx, parts.store, ref);
    },
    snapshots: (tx, request) => listSnapshots(tx, parts.store, request),
    refs: (tx, ref) => listRefs(tx, parts.store, ref),
    schemas: (tx, ref) => listSchemas(tx, parts.store, ref),
    rows: (table, request) => readPage(parts, table, request),
    exportCsv: (table, request) => exportCsv(parts, table, request),
    sweepOrphans: (tx, how) => sweepOrphans(parts, tx, how),
  };
}
