import type { Download } from "@granary/protocol";
import { partsOf, readFilter, sentenceOf } from "../datasets/conditions.ts";

const FORMATS: Readonly<Record<Download["format"], string>> = { csv: "CSV", ndjson: "NDJSON", json: "JSON", parquet: "Parquet", xlsx: "Excel" };

export const formatName = ({ format }: Pick<Download, "format">): string => FORMATS[format];

/** What a download is of: the dataset, or the query where the reader may know it. */
export function sourceOf({ dataset, query }: Pick<Download, "dataset" | "query">): string {
  return dataset?.name ?? query?.label ?? "Result of a SQL query";
}

const MAX_NAMED = 3;

function columnsText(columns: readonly string[]): string {
  if (columns.length === 0) return "";
  const named = columns.slice(0, MAX_NAMED).join(", ");
  return columns.length > MAX_NAMED ? `${columns.length} columns: ${named}, …` : named;
}

/** Which columns and rows a download holds, as sentences behind one another. */
export function choiceOf({ columns, filter, q, sort, batchId }: Pick<Download, "columns" | "filter" | "q" | "sort" | "batchId">): string {
  const conditions = partsOf(readFilter(filter)).map((part) => `where ${sentenceOf(part, [])}`);
  return [
    columnsText(columns),
    ...conditions,
    q === null ? "" : `with “${q}”`,
    sort === null ? "" : `ordered by ${sort}`,
    batchId === null ? "" : "of one load",
  ]
    .filter((part) => part !== "")
    .join("; ");
}
