export type { At } from "./at.ts";
export { findAt, headOf } from "./find-at.ts";
export {
  type RefInfo,
  type SchemaHistory,
  type SnapshotInfo,
  type SnapshotList,
  type SnapshotsRequest,
  totalRows,
} from "./list-snapshots.ts";
export type { LiveEntry } from "./live-entry.ts";
export { ImmutableCache } from "./immutable-cache.ts";
export { type LakeColumn, type LiveFile, type OpenTable, openTable, withFields } from "./open-table.ts";
export { BATCH_COLUMN } from "./system-columns.ts";
export { type StoredEntry, type StoredTable, TableStore } from "./table-store.ts";
export { type TableStates, tableStates } from "./table-states.ts";
