export type { RenamedColumn } from "./column-names.ts";
export type { CsvInspection } from "./inspect-csv.ts";
export { type LoadCsvInput, type LoadedCsv, loadCsv } from "./load-csv.ts";
export { type ColumnType, findMisfits, type Misfit, proveTypes } from "./prove-types.ts";
export { fitsType, textToType } from "./text-types.ts";
export type { RejectedRow } from "./tidy-csv.ts";
