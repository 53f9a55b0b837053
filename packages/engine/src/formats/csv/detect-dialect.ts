import type { CsvDialect } from "../../sql/index.ts";
import { hasHeader, looksLikeData } from "./header-vote.ts";
import { type SampleRecords, sampleRecords } from "./sample-records.ts";

type Layout = Pick<CsvDialect, "delimiter" | "quote">;

/** The dialect a file was found to have, with what speaks for it. */
export interface DialectEvidence {
  readonly dialect: CsvDialect;
  /** 0 to 1: how far the best guess is ahead of the next one with another delimiter. */
  readonly confidence: number;
  readonly runnerUp: CsvDialect["delimiter"] | null;
  /** The first record, which holds the names when `dialect.header` is set. */
  readonly firstRecord: readonly string[];
}

/** In this order when equally good: the later ones occur more often inside ordinary text and numbers. */
const DELIMITERS = ["\t", "|", ";", ","] as const satisfies readonly CsvDialect["delimiter"][];
const MAX_SAMPLE_RECORDS = 500;
/** What one column scores: a delimiter has to explain at least this much of the sample to be believed. */
const ONE_COLUMN_SCORE = 0.3;

interface Candidate {
  readonly layout: Layout;
  readonly sample: SampleRecords;
  readonly score: number;
  readonly columns: number;
}

function modalCount(records: readonly (readonly string[])[]): { readonly columns: number; readonly share: number } {
  const counts = new Map<number, number>();
  for (const record of records) counts.set(record.length, (counts.get(record.length) ?? 0) + 1);
  let columns = 0;
  let best = 0;
  for (const [count, times] of counts) {
    if (times > best || (times === best && count > columns)) [columns, best] = [count, times];
  }
  return { columns, share: records.length === 0 ? 0 : best / records.length };
}

function typedShare(records: readonly (readonly string[])[]): number {
  const values = records.slice(1).flat();
  return values.length === 0 ? 0 : values.filter((value) => value === "" || looksLikeData(value)).length / values.length;
}

function assess(text: string, layout: Layout, complete: boolean): Candidate {
  const sample = sampleRecords(text, layout, { complete, maxRecords: MAX_SAMPLE_RECORDS });
  const { columns, share } = modalCount(sample.records);
  const isFirstRegular = sample.records[0]?.length === columns;
  const broken = Math.min(1, sample.brokenValues / Math.max(1, sample.records.length));
  const score = columns < 2 ? ONE_COLUMN_SCORE : share * (isFirstRegular ? 1 : 0.5) * (1 - broken / 2) * (0.9 + 0.1 * typedShare(sample.records));
  return { layout, sample, score, columns };
}

/** Apostrophes are common in text, so they count as quotes only where the sample is full of values enclosed in them. */
function isApostropheQuoted(candidate: Candidate): boolean {
  const { quotedValues, brokenValues, records } = candidate.sample;
  return brokenValues === 0 && quotedValues >= Math.max(1, records.length / 2);
}

function bestFor(text: string, delimiter: CsvDialect["delimiter"], complete: boolean): Candidate {
  const plain = assess(text, { delimiter, quote: '"' }, complete);
  const apostrophe = assess(text, { delimiter, quote: "'" }, complete);
  const isBetter = plain.sample.quotedValues === 0 && isApostropheQuoted(apostrophe) && apostrophe.score >= plain.score;
  return isBetter ? apostrophe : plain;
}

function oneColumn(text: string, candidates: readonly Candidate[], complete: boolean): Candidate {
  const unused = [...DELIMITERS].reverse().find((delimiter) => !text.includes(delimiter));
  const found = candidates.find((candidate) => candidate.layout.delimiter === unused);
  return found ?? { ...assess(text, { delimiter: "\t", quote: '"' }, complete), score: ONE_COLUMN_SCORE };
}

/** Decides delimiter, quote and header from the front of a file. What `given` says is taken as said. */
export function detectDialect(text: string, complete: boolean, given: Partial<CsvDialect> = {}): DialectEvidence {
  const delimiters = given.delimiter === undefined ? DELIMITERS : [given.delimiter];
  const candidates = delimiters.map((delimiter) =>
    given.quote === undefined ? bestFor(text, delimiter, complete) : assess(text, { delimiter, quote: given.quote }, complete),
  );
  const ranked = candidates.toSorted((left, right) => right.score - left.score);
  const [first, second] = ranked as [Candidate, ...Candidate[]];
  const isSplit = first.columns > 1 || given.delimiter !== undefined;
  const chosen = isSplit ? first : oneColumn(text, candidates, complete);
  const header = given.header ?? hasHeader(chosen.sample.records);
  return {
    dialect: { ...chosen.layout, header },
    confidence: given.delimiter === undefined ? Math.max(0, Math.min(1, chosen.score - (second !== undefined && second.columns > 1 ? second.score : 0))) : 1,
    runnerUp: second !== undefined && second.columns > 1 ? second.layout.delimiter : null,
    firstRecord: chosen.sample.records[0] ?? [],
  };
}
