import type { CsvDialect } from "@granary/engine";

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

type Layout = Pick<CsvDialect, "delimiter" | "quote">;

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

function readValue(text: string, start: number, dialect: Layout): Value {
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

/** How the values of a sample were written. */
class ShapeCount {
  quoted = 0;
  broken = 0;
  readonly #complete: boolean;

  constructor(complete: boolean) {
    this.#complete = complete;
  }

  add(shape: Value["shape"]): void {
    if (shape === "quoted") this.quoted += 1;
    // A value that is open only because the sample ends there says nothing.
    else if (shape === "broken" || (shape === "open" && this.#complete)) this.broken += 1;
  }
}

/** The values of the record that begins at `start`, and where the next one does. */
function readRecord(text: string, start: number, layout: Layout, shapes: ShapeCount): { readonly values: readonly Value[]; readonly next: number } {
  const values: Value[] = [];
  let at = start;
  for (;;) {
    const value = readValue(text, at, layout);
    shapes.add(value.shape);
    values.push(value);
    at = value.end + 1;
    if (text[value.end] === layout.delimiter && value.shape !== "open") continue;
    return { values, next: text[value.end] === "\r" && text[at] === "\n" ? at + 1 : at };
  }
}

const isBlank = (values: readonly Value[]): boolean => values.length === 1 && values[0]?.text === "" && values[0].shape === "plain";

/**
 * Takes the front of a file apart. `complete` says that the text is the whole file; otherwise its last record is
 * cut somewhere and left out.
 */
export function sampleRecords(text: string, layout: Layout, options: { readonly complete: boolean; readonly maxRecords: number }): SampleRecords {
  const records: (readonly string[])[] = [];
  const shapes = new ShapeCount(options.complete);
  for (let at = 0; at < text.length && records.length < options.maxRecords; ) {
    const { values, next } = readRecord(text, at, layout, shapes);
    at = next;
    const isCut = !options.complete && (values.at(-1)?.end ?? 0) >= text.length;
    if (!isBlank(values) && !isCut) records.push(values.map((value) => value.text));
  }
  return { records, quotedValues: shapes.quoted, brokenValues: shapes.broken };
}
