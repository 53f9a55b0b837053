export type { LakeTransaction, TableRef } from "./catalog/index.ts";
export type {
  ChangeCounts,
  CommitInput,
  Committed,
  CreatedTable,
  Guard,
  KeyRange,
  MovedRef,
  NewRef,
  NewTable,
  Published,
  PublishOptions,
  RemovedFile,
  RollbackInput,
  StagedChange,
  StagedFile,
  StoredChangeSet,
  TableChanges,
  TableDefinition,
} from "./change/index.ts";
export type {
  Change,
  ChangeKind,
  ChangePage,
  ChangeSet,
  ChangesRequest,
  DiffCounts,
  DiffPath,
  DiffPhase,
  DiffRequest,
  DiffResult,
  KeyCheck,
  KeyCheckRequest,
  KeyFaults,
  ProposedRows,
  SchemaDifference,
} from "./diff/index.ts";
export {
  createFileIo,
  createLocalFileIo,
  type ExpectedFile,
  type FileIo,
  type ListedFile,
  type LocalFile,
  type LocalFileIoOptions,
  parseS3Uri,
  type S3Place,
  type StorageOptions,
  type StoredFile,
} from "./file-io/index.ts";
export type { ImportProgress, StageCsvInput, StagedColumn, StagedImport } from "./write/index.ts";
export { createLake, type Lake, type LakeOptions } from "./lake.ts";
export type { SweepOptions, Swept } from "./maintain/index.ts";
export { type ExportRequest, type Page, type PageColumn, type PageRequest, type PlannedColumn, type ReadPlan, storedColumn } from "./scan/index.ts";
export type {
  At,
  LakeColumn,
  LiveEntry,
  LiveFile,
  OpenTable,
  RefInfo,
  SchemaHistory,
  SnapshotInfo,
  SnapshotList,
  SnapshotsRequest,
  TableStates,
} from "./table/index.ts";
