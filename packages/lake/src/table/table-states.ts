import { checkTableRef, type LakeTransaction, type TableRef } from "../catalog/index.ts";
import type { At } from "./at.ts";
import { listRefs, listSchemas, listSnapshots, type RefInfo, type SchemaHistory, type SnapshotList, type SnapshotsRequest } from "./list-snapshots.ts";
import { type OpenTable, openTable } from "./open-table.ts";
import type { TableStore } from "./table-store.ts";

/** What tells the states of tables. Needs a handle that can read, no transaction. */
export interface TableStates {
  /** A table at a snapshot, the newest of `main` by default. Reading it afterwards needs no database. */
  open(tx: LakeTransaction, ref: TableRef & { readonly at?: At }): Promise<OpenTable>;
  /** The snapshots that are kept, newest first. */
  snapshots(tx: LakeTransaction, request: SnapshotsRequest): Promise<SnapshotList>;
  /** Branches and tags. */
  refs(tx: LakeTransaction, ref: TableRef): Promise<readonly RefInfo[]>;
  /** The columns the table has and had. */
  schemas(tx: LakeTransaction, ref: TableRef): Promise<SchemaHistory>;
}

export function tableStates(store: TableStore): TableStates {
  return {
    open: (tx, ref) => {
      checkTableRef(ref);
      return openTable(tx, store, ref);
    },
    snapshots: (tx, request) => listSnapshots(tx, store, request),
    refs: (tx, ref) => listRefs(tx, store, ref),
    schemas: (tx, ref) => listSchemas(tx, store, ref),
  };
}
