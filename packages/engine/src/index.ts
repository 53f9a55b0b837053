export { createEngine, type Engine, type EngineOptions, type WorkKind, type WorkOptions } from "./engine.ts";
export {
  type ColumnType,
  type CsvInspection,
  findMisfits,
  fitsType,
  type LoadCsvInput,
  type LoadedCsv,
  loadCsv,
  type Misfit,
  proveTypes,
  type RejectedRow,
  type RenamedColumn,
  textToType,
} from "./formats/csv/index.ts";
export { type ColumnEvidence, type ColumnReading, type NumberStyle, type Reading } from "./formats/columns/index.ts";
export * from "./formats/file/index.ts";
export type { FileWarning } from "./formats/spool/index.ts";
export type { JsonValue, ResultColumn, Row, TaskProgress } from "./process/messages.ts";
export type { EngineSession, RowSet, RowStream } from "./process/session.ts";
export * from "./sandbox/index.ts";
export * from "./sql/index.ts";
export * from "./stats/index.ts";
export { withFewerThreads } from "./with-fewer-threads.ts";
