import type { FunctionName } from "../functions.ts";

/** DuckDB's name for each allowed function. */
export const DUCKDB_FUNCTIONS = {
  all_true: "bool_and",
  coalesce: "coalesce",
  concat: "concat",
  contains: "contains",
  count: "count",
  count_rows: "count",
  date_trunc: "date_trunc",
  extract: "regexp_extract",
  left: "left",
  length: "length",
  lower: "lower",
  matches: "regexp_full_match",
  max: "max",
  min: "min",
  null_if: "nullif",
  position: "strpos",
  replace: "replace",
  right: "right",
  sha256: "sha256",
  starts_with: "starts_with",
  sum: "sum",
  trim: "trim",
  trim_right_chars: "rtrim",
  upper: "upper",
} as const satisfies Record<FunctionName, string>;
