import { hasHeader, looksLikeData } from "../csv/header-vote.ts";
import type { DelimitedDialect, DelimitedLayout, DelimitedOptions } from "./dialect.ts";
import type { ParsedRecord } from "./record-parser.ts";
import { modalWidth, readSample, type Sample, type Text, texts } from "./sample-layout.ts";

/** How a delimited file was found to be written, and what speaks for it. */
export interface DelimitedFinding {
  readonly layout: DelimitedLayout;
  /** 0 to 1: how far the best delimiter is ahead of the next one. */
  readonly confidence: number;
  readonly runnerUp: string | null;
  /** 0 to 1: how sure it is that there is a header, or none. */
  readonly headerConfidence: number;
  /** A sentence for people. */
  readonly evidence: string;
  /** The skipped lines in front, word for word. */
  readonly preamble: readonly string[];
  /** The names as the file has them; undefined where there is no header. */
  readonly header: readonly string[] | undefined;
  readonly columns: number;
}

/** In this order when equally good: the later ones occur more often inside ordinary text and numbers. */
const DELIMITERS = ["\t", "|", ";", ",", "\u0001", "\u001f", "^", "¦", "~"] as const;
/** What one column scores: a delimiter has to explain at least this much of the sample to be believed. */
const ONE_COLUMN_SCORE = 0.3;
const MAX_PREAMBLE_RECORDS = 30;
/** Records behind a preamble are a table only if nearly all of them have the same width. */
const MIN_TABLE_SHARE = 0.9;
/** Quotes mean nothing only where the file is regular without them. */
const MIN_PLAIN_SHARE = 0.98;

interface Candidate {
  readonly sample: Sample;
  readonly score: number;
  readonly width: number;
  readonly regular: number;
  /** How many records in front belong to no table. */
  readonly preambleRecords: number;
}

function typedShare(records: readonly ParsedRecord[]): number {
  const values = records.slice(1).flatMap((record) => texts(record.fields));
  return values.length === 0 ? 0 : values.filter((value) => value === "" || looksLikeData(value)).length / values.length;
}

/** Lines of prose in front of a table are much narrower than it. */
function countPreamble(records: readonly ParsedRecord[], width: number): number {
  const start = records.slice(0, MAX_PREAMBLE_RECORDS + 1).findIndex((record) => record.fields.length === width);
  if (start <= 0 || records.length - start < 2) return 0;
  if (!records.slice(0, start).every((record) => texts(record.fields).filter((value) => value !== "").length <= Math.max(1, width / 3))) return 0;
  return modalWidth(records.slice(start)).share >= MIN_TABLE_SHARE ? start : 0;
}

function assess(sample: Sample, given: DelimitedOptions): Candidate {
  const { width } = modalWidth(sample.records);
  const preambleRecords = given.skipLines === undefined && width > 1 ? countPreamble(sample.records, width) : 0;
  const table = sample.records.slice(preambleRecords);
  const { share } = modalWidth(table);
  const isFirstRegular = table[0]?.fields.length === width;
  const broken = Math.min(1, sample.brokenRecords / Math.max(1, sample.records.length));
  const trust = (isFirstRegular ? 1 : 0.5) * (1 - broken / 2) * (preambleRecords > 0 ? 0.95 : 1);
  const score = width < 2 ? ONE_COLUMN_SCORE : share * trust * (0.9 + 0.1 * typedShare(table));
  return { sample, score, width, regular: Math.round(share * table.length), preambleRecords };
}

/** Apostrophes are common in text, so they count as quotes only where the sample is full of values enclosed in them. */
const isApostropheQuoted = ({ sample }: Candidate): boolean => sample.brokenRecords === 0 && sample.quotedValues >= Math.max(1, sample.records.length / 2);

type Escapes = readonly DelimitedDialect["escape"][];

/** The better of the ways quotes may stand inside quotes. */
function bestEscape(source: Text, dialect: Pick<DelimitedDialect, "delimiter" | "quote">, escapes: Escapes, given: DelimitedOptions): Candidate {
  const [first, slashed] = escapes.map((escape) => assess(readSample(source, { ...dialect, escape }), given)) as [Candidate, Candidate | undefined];
  const isBetter = slashed !== undefined && (slashed.sample.brokenRecords < first.sample.brokenRecords || slashed.score > first.score + 0.02);
  return isBetter ? slashed : first;
}

function escapesFor(source: Text, given: DelimitedOptions): Escapes {
  if (given.escape !== undefined) return [given.escape];
  return source.text.includes("\\") ? ["double", "backslash"] : ["double"];
}

function bestFor(source: Text, delimiter: string, given: DelimitedOptions): Candidate {
  const escapes = escapesFor(source, given);
  const ofQuote = (quote: string | null): Candidate => bestEscape(source, { delimiter, quote }, escapes, given);
  if (given.quote !== undefined) return ofQuote(given.quote);
  const usual = ofQuote('"');
  const apostrophe = usual.sample.quotedValues === 0 && source.text.includes("'") ? ofQuote("'") : undefined;
  if (apostrophe !== undefined && isApostropheQuoted(apostrophe) && apostrophe.score >= usual.score) return apostrophe;
  const isQuoteInDoubt = usual.sample.brokenRecords > Math.max(1, usual.sample.quotedValues / 4);
  const none = isQuoteInDoubt ? ofQuote(null) : undefined;
  return none !== undefined && explainsAll(none) && none.score > usual.score + 0.1 ? none : usual;
}

const explainsAll = (candidate: Candidate): boolean => candidate.width > 1 && candidate.regular >= candidate.sample.records.length * MIN_PLAIN_SHARE;

function skipPhysicalLines(text: string, lines: number): string {
  let at = 0;
  for (let line = 0; line < lines && at < text.length; line += 1) {
    const end = text.slice(at, at + 1024 * 1024).search(/\r\n|\n|\r/);
    if (end < 0) return "";
    at += end + (text.startsWith("\r\n", at + end) ? 2 : 1);
  }
  return text.slice(at);
}

const linesOf = (text: string, count: number): readonly string[] => text.split(/\r\n|\n|\r/, count);

const SEPARATOR_LINE = /^sep=(.)\r?(\n|$)/i;

/** The delimiter that a first line `sep=;` names, which is Excel's way to say it. */
const separatorOf = (text: string, given: DelimitedOptions): string | undefined =>
  given.skipLines === undefined && given.delimiter === undefined ? SEPARATOR_LINE.exec(text)?.[1] : undefined;

/** A candidate that makes more than one value of a line. */
const splitting = (candidate: Candidate | undefined): Candidate | undefined => (candidate !== undefined && candidate.width > 1 ? candidate : undefined);

const leadOf = (best: Candidate, rival: Candidate | undefined): number => Math.max(0.05, Math.min(1, best.score - (rival?.score ?? 0)));

const NAMES: Readonly<Record<string, string>> = { "\t": "tab", "": "nothing", " ": "blank", "\u0001": "U+0001", "\u001f": "U+001F" };
const shown = (delimiter: string): string => NAMES[delimiter] ?? `“${delimiter}”`;

function evidenceOf(candidate: Candidate, isSaid: boolean): string {
  const { sample, width, regular, preambleRecords } = candidate;
  if (width < 2) return "no delimiter splits its lines evenly, so each line is one value";
  const share = `${regular} of the first ${sample.records.length - preambleRecords} records have ${width} values when split at ${shown(sample.dialect.delimiter)}`;
  return isSaid ? `the first line says so (sep=); ${share}` : share;
}

interface Header {
  readonly rows: number;
  readonly names: readonly string[] | undefined;
  readonly confidence: number;
}

function headerOf(records: readonly ParsedRecord[], given: number | undefined): Header {
  const rows = records.map((record) => texts(record.fields));
  const joined = (count: number): readonly string[] => {
    const width = Math.max(0, ...rows.slice(0, count).map((row) => row.length));
    const place = (index: number): string =>
      rows
        .slice(0, count)
        .map((row) => row[index] ?? "")
        .filter((name) => name !== "")
        .join(" ");
    return Array.from({ length: width }, (_, index) => place(index));
  };
  if (given !== undefined) return { rows: given, names: given === 0 ? undefined : joined(given), confidence: 1 };
  if (!hasHeader(rows)) return { rows: 0, names: undefined, confidence: 0.9 };
  const first = rows[0] ?? [];
  const isTelling = rows.slice(1).some((row) => row.some(looksLikeData));
  const isNameLike = first.every((name) => name !== "" && !looksLikeData(name)) && new Set(first).size === first.length;
  return { rows: 1, names: first, confidence: isTelling ? 0.95 : isNameLike ? 0.7 : 0.5 };
}

/** Rows wider than their header, nearly all of them the same: the columns behind the last name have none. */
function columnsOf(header: readonly string[] | undefined, records: readonly ParsedRecord[]): number {
  const { width, share } = modalWidth(records);
  if (header === undefined) return width;
  const isWider = records.length >= 2 && share >= MIN_TABLE_SHARE && width > header.length;
  const isOnlyTrailing = width === header.length + 1 && records.every((record) => (record.fields[width - 1] ?? null) === null);
  return isWider && !isOnlyTrailing ? width : header.length;
}

function rank(source: Text, given: DelimitedOptions): readonly [Candidate, ...Candidate[]] {
  const delimiters = given.delimiter === undefined ? DELIMITERS.filter((delimiter) => source.text.includes(delimiter)) : [given.delimiter];
  const ranked = delimiters.map((delimiter) => bestFor(source, delimiter, given)).toSorted((left, right) => right.score - left.score);
  const [first, ...others] = ranked;
  const isSplit = first !== undefined && (first.width > 1 || given.delimiter !== undefined);
  return isSplit ? [first, ...others] : [bestFor(source, "", given), ...ranked];
}

/**
 * Decides from the front of a file how it is delimited: `sep=` line, lines above the table, delimiter, quote, escape and
 * header. What `given` says is taken as said. `complete` says that the text is the whole file.
 */
export function detectDelimited(text: string, complete: boolean, given: DelimitedOptions = {}): DelimitedFinding {
  const separator = separatorOf(text, given);
  const saidSkip = given.skipLines ?? (separator === undefined ? 0 : 1);
  const options: DelimitedOptions = separator === undefined ? given : { ...given, delimiter: separator };
  const source = { text: skipPhysicalLines(text, saidSkip), complete, firstLine: saidSkip + 1 };
  const [best, second] = rank(source, options);
  const table = best.sample.records.slice(best.preambleRecords);
  const skipLines = best.preambleRecords > 0 ? (table[0]?.line ?? 1) - 1 : saidSkip;
  const rival = splitting(second);
  const header = headerOf(table, given.headerRows);
  const rest = table.slice(header.rows);
  return {
    layout: { ...best.sample.dialect, skipLines, headerRows: header.rows },
    confidence: options.delimiter === undefined ? leadOf(best, rival) : 1,
    runnerUp: rival?.sample.dialect.delimiter ?? null,
    headerConfidence: header.confidence,
    evidence: evidenceOf(best, separator !== undefined),
    preamble: linesOf(text, skipLines),
    header: header.names,
    columns: columnsOf(header.names, rest),
  };
}
