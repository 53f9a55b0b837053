export { detectSheet, type SheetFinding, type SheetOptions } from "./detect-sheet.ts";
export { spoolSheet } from "./spool-sheet.ts";
export { openWorkbook } from "./workbook.ts";
