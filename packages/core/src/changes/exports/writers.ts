import type { CHANGE_EXPORTS } from "@granary/protocol";
import type { Writer } from "./exported.ts";
import { writeCsv } from "./write-csv.ts";
import { writeHtmlPage } from "./write-html-page.ts";
import { writeNdjson } from "./write-ndjson.ts";
import { writeSqlPatch } from "./write-sql-patch.ts";
import { writeTabularDiff } from "./write-tabular-diff.ts";

export type ChangeFormat = (typeof CHANGE_EXPORTS)[number];

interface FormatSpec {
  readonly write: Writer;
  readonly contentType: string;
  readonly ending: string;
}

/** Every kind of file a change request can be taken out as. */
export const FORMATS: Readonly<Record<ChangeFormat, FormatSpec>> = {
  csv: { write: writeCsv, contentType: "text/csv; charset=utf-8; header=present", ending: "csv" },
  ndjson: { write: writeNdjson, contentType: "application/x-ndjson; charset=utf-8", ending: "ndjson" },
  html: { write: writeHtmlPage, contentType: "text/html; charset=utf-8", ending: "html" },
  sql: { write: writeSqlPatch, contentType: "application/sql; charset=utf-8", ending: "sql" },
  tdiff: { write: writeTabularDiff, contentType: "text/csv; charset=utf-8", ending: "tdiff.csv" },
};
