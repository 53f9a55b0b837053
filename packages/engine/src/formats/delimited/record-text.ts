import type { DelimitedDialect } from "./dialect.ts";
import { type FieldValue, type ParsedRecord, RecordParser } from "./record-parser.ts";

export interface ParseRecordInput {
  readonly text: string;
  readonly dialect: DelimitedDialect;
}

/** The values of one record, or why it is none. */
type RecordFields = { readonly fields: readonly FieldValue[] } | { readonly fault: string };

/** Takes the text of a single record apart, as a person corrected it. */
export function parseRecord({ text, dialect }: ParseRecordInput): Promise<RecordFields> {
  const records: ParsedRecord[] = [];
  const parser = new RecordParser(dialect, (record) => records.push(record));
  try {
    parser.push(text);
    parser.finish();
  } catch {
    return Promise.resolve({ fault: "a quote is opened and never closed" });
  }
  const [first, second] = records.filter((record) => record.fields.length > 0 || record.fault !== undefined);
  if (first === undefined) return Promise.resolve({ fault: "it holds no value" });
  if (second !== undefined) return Promise.resolve({ fault: "it is more than one record" });
  return Promise.resolve(first.fault === undefined ? { fields: first.fields } : { fault: first.fault });
}

function quotedBy(value: string, { delimiter, quote, escape }: DelimitedDialect): string {
  if (quote === null) return value;
  const isPlain = value !== "" && !value.includes(quote) && !/[\n\r]/.test(value) && (delimiter === "" || !value.includes(delimiter));
  return isPlain ? value : quote + value.replaceAll(quote, escape === "double" ? quote + quote : `\\${quote}`) + quote;
}

/** A record as it is written in a dialect. */
export const recordText = (fields: readonly FieldValue[], dialect: DelimitedDialect): string =>
  fields.map((value) => (value === null ? "" : quotedBy(value, dialect))).join(dialect.delimiter);
