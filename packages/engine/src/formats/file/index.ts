export { type FileInspection, inspectFile, type InspectedColumn, type InspectFileInput } from "./inspect-file.ts";
export type { ArchiveMember } from "./open-source.ts";
export { optionsFor, styleOf } from "./column-options.ts";
export { prepareFile, type PreparedFile, type PrepareFileInput } from "./prepare-file.ts";
export type { PreparedColumn } from "./prepared-columns.ts";
export type { ColumnOptions, FileFacts, FileKind, FileOptions, RecordColumn, RecordForm, ValueOptions } from "./types.ts";
export { recordCell, recordOf } from "./record-form.ts";
