export { type DelimitedFinding, detectDelimited } from "./detect-delimited.ts";
export type { DelimitedDialect, DelimitedOptions } from "./dialect.ts";
export { recordText } from "./record-text.ts";
export { spoolDelimited } from "./spool-delimited.ts";
