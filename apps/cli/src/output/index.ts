export { errorJson, errorText } from "./error-text.ts";
export { createOutput, type Output, type Page } from "./output.ts";
export { type Column, tableText } from "./table.ts";
export { createTerminal, type Terminal } from "./terminal.ts";
export { barText, type Progress, showProgress } from "./progress.ts";
