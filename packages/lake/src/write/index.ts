export { applyDecisions } from "./apply-decisions.ts";
export type { LoadRules } from "./apply-rules.ts";
export { copyDataFile } from "./copy-data-file.ts";
export { layoutOf } from "./layout.ts";
export { FILE, holdRows, liveRows, POSITION, rowsAmong } from "./live-rows.ts";
export { isSmall } from "./removals.ts";
export { type RowChanges, rowChanges } from "./row-changes.ts";
export { checkKeys, type KeyFacts, keyRanges, withinRanges } from "./row-keys.ts";
export type { ImportProgress, StageFileInput } from "./stage-file.ts";
export { branchOf, stagedChange } from "./staged-change.ts";
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
export { ACTION } from "./upsert-actions.ts";
export { SOURCE_ROW } from "./upsert-source.ts";
export { tableWork, withEngine, type WriteParts } from "./work.ts";
export { writeDeleteFile } from "./write-deletes.ts";
export { writeDataFiles } from "./write-data-files.ts";
