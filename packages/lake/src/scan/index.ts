export { exportCsv, type ExportRequest } from "./export-csv.ts";
export { type Page, type PageColumn, type PageRequest, readPage } from "./read-page.ts";
export { checkPlan, type PlannedColumn, type ReadPlan, storedColumn } from "./read-plan.ts";
export { typeOfResult } from "./result-type.ts";
