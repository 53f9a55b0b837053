import type { DelimitedDialect } from "./dialect.ts";
import { type FieldValue, type ParsedRecord, RecordParser } from "./record-parser.ts";

/** The front of a file read with one dialect. */
export interface Sample {
  readonly dialect: DelimitedDialect;
  /** Without blank lines. */
  readonly records: readonly ParsedRecord[];
  readonly quotedValues: number;
  readonly brokenRecords: number;
}

const MAX_SAMPLE_RECORDS = 500;

/** The front of a file. */
export interface Text {
  readonly text: string;
  /** Whether it is all of it. */
  readonly complete: boolean;
  readonly firstLine: number;
}

class EnoughRecords extends Error {}

/** Reads up to 500 records; of a text that is cut somewhere the last one is left out. */
export function readSample({ text, complete, firstLine }: Text, dialect: DelimitedDialect): Sample {
  const records: ParsedRecord[] = [];
  const parser = new RecordParser(
    dialect,
    (record) => {
      if (record.fields.length > 0 || record.fault !== undefined) records.push(record);
      if (records.length >= MAX_SAMPLE_RECORDS) throw new EnoughRecords();
    },
    firstLine,
  );
  try {
    parser.push(text);
    if (complete || records.length === 0) parser.finish();
  } catch (error) {
    if (!(error instanceof EnoughRecords)) throw error;
  }
  return { dialect, records, quotedValues: parser.quotedValues, brokenRecords: parser.brokenRecords };
}

export const texts = (fields: readonly FieldValue[]): readonly string[] => fields.map((field) => field ?? "");

/** The number of values most records have, and the share of records that have it. */
export function modalWidth(records: readonly ParsedRecord[]): { readonly width: number; readonly share: number } {
  const counts = new Map<number, number>();
  for (const record of records) if (record.fault === undefined) counts.set(record.fields.length, (counts.get(record.fields.length) ?? 0) + 1);
  let width = 0;
  let best = 0;
  for (const [fields, times] of counts) if (times > best || (times === best && fields > width)) [width, best] = [fields, times];
  return { width, share: records.length === 0 ? 0 : best / records.length };
}
