export type { RejectedRow } from "./rejected-row.ts";
export { type RejectOptions, RejectSink } from "./reject-sink.ts";
export { RowSpool, TOO_LONG } from "./row-spool.ts";
export type { FileWarning, Spool, SpooledColumn, SpooledRows } from "./spooled.ts";
