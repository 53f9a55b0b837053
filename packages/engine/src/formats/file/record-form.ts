import { type DelimitedDialect, recordText } from "../delimited/index.ts";
import type { JsonValue } from "../../process/messages.ts";
import { call, cast, column, type Expression } from "../../sql/index.ts";
import type { RejectedRow, SpooledColumn } from "../spool/index.ts";
import { SHEET_RECORD } from "../xlsx/spool-sheet.ts";
import type { PreparedColumn } from "./prepared-columns.ts";
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
    columns: sources.map(({ name: source, isNested }) => {
      const item = prepared.get(source);
      const nested = isNested === true ? { isNested } : {};
      return { source, name: item?.name ?? null, reading: item?.isText === true ? item.reading : null, ...nested };
    }),
  };
}

/** A column of the prepared rows as a record tells it: nested values as the JSON they are, for long integers in them keep all their digits only so. */
export const recordCell = (key: string, isNested: boolean | undefined): Expression =>
  isNested === true ? cast(call("to_json", column(key)), { kind: "text" }) : column(key);

/** The record a row was, as its file would have it; the values are those of `recordCell` for all columns of the form. */
export function recordOf({ dialect, columns }: RecordForm, values: readonly (JsonValue | undefined)[]): Pick<RejectedRow, "raw" | "fields"> {
  const fields = columns.map((_, index) => textOf(values[index]));
  if (dialect !== null) return { raw: recordText(fields, dialect), fields };
  const parts = columns.flatMap(({ source, isNested }, index) => {
    const value = fields[index] ?? null;
    return value === null ? [] : [`${JSON.stringify(source)}:${isNested === true ? value : JSON.stringify(value)}`];
  });
  const raw = `{${parts.join(",")}}`;
  return columns.some((item) => item.isNested === true) ? { raw } : { raw, fields };
}

const textOf = (value: JsonValue | undefined): string | null => (typeof value === "string" ? value : null);
