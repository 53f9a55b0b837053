import type { CsvDialect } from "../../sql/index.ts";

/** The records at the front of a file, taken apart for deciding how it is written. */
export interface SampleRecords {
  readonly records: readonly (readonly string[])[];
  /** Values enclosed in quotes as they should be. */
  readonly quotedValues: number;
  /** Values with text behind their closing quote. */
  readonly brokenValues: number;
}

interface Value {
  readonly text: string;
  readonly end: number;
  readonly shape: "plain" | "quoted" | "broken" | "open";
}

const isBreak = (char: string | undefined): boolean => char === undefined || char === "\n" || char === "\r";

function readPlain(text: string, start: number, delimiter: string): Value {
  let end = start;
  while (!isBreak(text[end]) && text[end] !== delimiter) end += 1;
  return { text: text.slice(start, end), end, shape: "plain" };
}

function closingQuote(text: string, from: number, quote: string): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 2)) {
    if (text[at + 1] !== quote) return at;
  }
  return -1;
}

function readValue(text: string, start: number, dialect: Pick<CsvDialect, "delimiter" | "quote">): Value {
  let open = start;
  while (text[open] === " ") open += 1;
  if (text[open] !== dialect.quote) return readPlain(text, start, dialect.delimiter);
  const close = closingQuote(text, open + 1, dialect.quote);
  if (close < 0) return { text: text.slice(open + 1), end: text.length, shape: "open" };
  const value = text.slice(open + 1, close).replaceAll(dialect.quote + dialect.quote, dialect.quote);
  let end = close + 1;
  while (text[end] === " ") end += 1;
  if (isBreak(text[end]) || text[end] === dialect.delimiter) return { text: value, end, shape: "quoted" };
  while (!isBreak(text[end])) end += 1;
  return { text: text.slice(start, end), end, shape: "broken" };
}

/**
 * Takes the front of a file apart. `complete` says that the text is the whole file; otherwise its last record is
 * cut somewhere and left out.
 */
export function sampleRecords(
  text: string,
  dialect: Pick<CsvDialect, "delimiter" | "quote">,
  options: { readonly complete: boolean; readonly maxRecords: number },
): SampleRecords {
  const records: string[][] = [];
  let quotedValues = 0;
  let brokenValues = 0;
  let record: string[] = [];
  let at = 0;
  while (at < text.length && records.length < options.maxRecords) {
    const value = readValue(text, at, dialect);
    if (value.shape === "quoted") quotedValues += 1;
    else if (value.shape === "broken" || (value.shape === "open" && options.complete)) brokenValues += 1;
    record.push(value.text);
    at = value.end + 1;
    if (text[value.end] === dialect.delimiter && value.shape !== "open") {
      if (at >= text.length) record.push("");
      else continue;
    }
    if (text[value.end] === "\r" && text[at] === "\n") at += 1;
    const isBlank = record.length === 1 && record[0] === "" && value.shape === "plain";
    const isCut = value.end >= text.length && !options.complete;
    if (!isBlank && !isCut) records.push(record);
    record = [];
  }
  return { records, quotedValues, brokenValues };
}
