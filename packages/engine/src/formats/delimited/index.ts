export { type DelimitedFinding, detectDelimited } from "./detect-delimited.ts";
export type { DelimitedOptions } from "./dialect.ts";
export { spoolDelimited } from "./spool-delimited.ts";
