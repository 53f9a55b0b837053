export type { LakeTransaction, TableRef } from "./catalog/index.ts";
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
export type { ImportProgress, StageCsvInput, StagedColumn, StagedFile, StagedImport } from "./write/index.ts";
export { createLake, type Lake, type LakeOptions } from "./lake.ts";
export type { SweepOptions, Swept } from "./maintain/index.ts";
export type { Published, PublishOptions } from "./publish/index.ts";
export { type ExportRequest, type Page, type PageColumn, type PageRequest, type PlannedColumn, type ReadPlan, storedColumn } from "./scan/index.ts";
export type { LakeColumn, LiveFile, OpenTable, SnapshotInfo } from "./table/index.ts";
