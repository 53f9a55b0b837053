import type { DelimitedDialect } from "../delimited/index.ts";
import type { SpooledColumn } from "../spool/index.ts";
import { SHEET_RECORD } from "../xlsx/spool-sheet.ts";
import type { PreparedColumn } from "./prepare-file.ts";
import type { FileFacts, RecordForm } from "./types.ts";

/** How rejected records of a file are written as text; null for JSON objects. */
export function recordDialect({ kind, delimited }: FileFacts): DelimitedDialect | null {
  if (kind === "xlsx") return SHEET_RECORD;
  if (delimited === undefined) return null;
  const { delimiter, quote, escape } = delimited.layout;
  return { delimiter, quote, escape };
}

/** All of a file's columns with what was made of them. */
export function recordForm(dialect: DelimitedDialect | null, sources: readonly SpooledColumn[], columns: readonly PreparedColumn[]): RecordForm {
  const prepared = new Map(columns.map((item) => [item.source, item]));
  return {
    dialect,
    columns: sources.map(({ name: source }) => {
      const item = prepared.get(source);
      return { source, name: item?.name ?? null, reading: item?.isText === true ? item.reading : null };
    }),
  };
}
