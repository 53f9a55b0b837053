export { type LakeColumn, listSnapshots, type OpenTable, openTable, type SnapshotInfo } from "./open-table.ts";
export { type LiveFile, type StoredTable, TableStore } from "./table-store.ts";
