export { type ImportProgress, stageCsv, type StageCsvInput } from "./stage-csv.ts";
export type { StagedColumn, StagedFile, StagedImport } from "./staged-import.ts";
