export type { LoadRules } from "./apply-rules.ts";
export { copyDataFile } from "./copy-data-file.ts";
export { layoutOf } from "./layout.ts";
export { type RowChanges, rowChanges } from "./row-changes.ts";
export type { ImportProgress, StageFileInput } from "./stage-file.ts";
export type { StagedColumn, StagedImport } from "./staged-import.ts";
export { staging, type Staging } from "./staging.ts";
export type {
  ChangeInput,
  Source,
  StageAppendInput,
  StageCreateInput,
  StagedUpsert,
  StageDeleteInput,
  StageOverwriteInput,
  StageUpsertInput,
  UpsertMode,
  WritePhase,
} from "./types.ts";
export { withEngine } from "./work.ts";
export { writeDeleteFile } from "./write-deletes.ts";
export { writeDataFiles } from "./write-data-files.ts";
