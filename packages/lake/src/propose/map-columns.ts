import {
  fitsReading,
  type FileOptions,
  optionsFor,
  cast,
  column,
  type Expression,
  type PreparedColumn,
  type PreparedFile,
  readText,
  type Reading,
  caseWhen,
  inList,
  literal,
  styleOf,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { jsonText } from "../scan/index.ts";
import type { LakeColumn } from "../table/index.ts";
import { isNested } from "./cells/cell-readings.ts";
import { TEXT } from "./cells/text-parts.ts";
import type { Proposer, SeenColumn } from "./proposer.ts";

/** A column of the dataset that is proposed, and its texts over the proposed rows. */
export interface ProposedColumn extends SeenColumn {
  readonly text: Expression;
}

/** What a file's columns are in the dataset. */
export interface ColumnMapping {
  readonly proposed: readonly ProposedColumn[];
  /** Columns of the file that are none of the dataset. */
  readonly unknown: readonly PreparedColumn[];
  /** Columns the proposer sees and the file does not have. */
  readonly missing: readonly SeenColumn[];
}

const MAX_ISSUES = 20;

/** Downloads put an apostrophe in front of names a spreadsheet would compute. */
const plainName = (name: string): string => name.replace(/^'(?=\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/u, "");

const looseName = (name: string): string => plainName(name).trim().normalize("NFC").toLowerCase();

function findColumn(name: string, seen: readonly SeenColumn[]): SeenColumn | undefined {
  const exact = seen.find((item) => item.name === name) ?? seen.find((item) => item.name === plainName(name));
  if (exact !== undefined) return exact;
  const loose = seen.filter((item) => looseName(item.name) === looseName(name));
  return loose.length === 1 ? loose[0] : undefined;
}

/** A column's text as a person says it is written; as it stands where nothing was said or it is not written so. */
function saidText(item: PreparedColumn, source: LakeColumn, options: FileOptions): Expression {
  const text = column(item.key);
  const said = optionsFor(options, item.source);
  const number = styleOf(said);
  const { nullTokens = [], format } = said;
  if (nullTokens.length === 0 && number === undefined && format === undefined) return text;
  const own = nullTokens.length === 0 ? text : caseWhen([{ when: inList(text, nullTokens.map(literal)), then: literal(null) }], text);
  if (source.sqlType.kind === "text" || (number ?? format) === undefined) return own;
  const reading: Reading = { type: source.sqlType, nullTokens, ...(number === undefined ? {} : { number }), ...(format === undefined ? {} : { format }) };
  return caseWhen([{ when: fitsReading(text, reading), then: cast(readText(text, reading), TEXT) }], own);
}

function textOf(item: PreparedColumn, source: LakeColumn, options: FileOptions): Expression {
  if (item.isText) return saidText(item, source, options);
  return isNested(item.type) ? jsonText(column(item.key), item.type) : cast(column(item.key), TEXT);
}

/** Finds the dataset's columns in a file: by exact name, then without regard to case, composition and white space around. Throws `change.columns_unknown` for columns that are there twice. */
export function mapColumns(file: PreparedFile, proposer: Proposer, options: FileOptions): ColumnMapping {
  const found = file.columns.map((item) => ({ item, seen: findColumn(item.renamedFrom ?? item.name, proposer.seen) }));
  const twice = found.filter(({ seen }, index) => seen !== undefined && found.findIndex((other) => other.seen === seen) !== index);
  if (twice.length > 0) {
    const issues = twice
      .slice(0, MAX_ISSUES)
      .map(({ item, seen }) => ({ path: item.source, message: `there is another column for “${seen?.name ?? ""}”; leave one out` }));
    throw problem("change.columns_unknown", { columns: twice.map(({ item }) => item.source).join(", ") }, { issues });
  }
  const there = new Set(found.map(({ seen }) => seen));
  return {
    proposed: found.flatMap(({ item, seen }) => (seen === undefined || seen.source.isSystem ? [] : [{ ...seen, text: textOf(item, seen.source, options) }])),
    unknown: found.flatMap(({ item, seen }) => (seen === undefined ? [item] : [])),
    missing: proposer.seen.filter((item) => !there.has(item) && !item.source.isSystem),
  };
}
