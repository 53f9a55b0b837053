import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { problem } from "@granary/protocol";
import type { EngineSession } from "../../process/session.ts";
import { cast, column, type Relation, type SelectItem, type SelectQuery } from "../../sql/index.ts";
import { type ColumnReading, type Reading, readColumns, readText, TEXT_READING } from "../columns/index.ts";
import type { FileWarning, RejectedRow, SpooledColumn, SpooledRows } from "../spool/index.ts";
import { chosenNames, styleOf } from "./column-options.ts";
import { findMisfitRows } from "./misfit-rows.ts";
import { parquetColumns } from "./parquet-columns.ts";
import { keptColumns, prepareColumn, type PreparedColumn } from "./prepared-columns.ts";
import { proposeRows } from "./propose-rows.ts";
import { recordDialect, recordForm } from "./record-form.ts";
import { sourceOf } from "./source-of.ts";
import type { SpooledFile } from "./spool-file.ts";
import type { ColumnOptions, FileFacts, FileOptions, RecordForm } from "./types.ts";

export interface PrepareFileInput {
  readonly path: string;
  /** Further Parquet files with the very columns of the first, read as one with it. */
  readonly parts?: readonly string[];
  /** What a person said; the rest is detected. */
  readonly options?: FileOptions;
  /** How many rejected rows are answered with their text. */
  readonly maxListed?: number;
  /** Where every rejected row is written, one JSON object `{line, reason, raw}` a line; not written when there are none. */
  readonly rejectsPath?: string;
  /** Stops with `file.too_many_rejected` beyond this many. */
  readonly maxRejected?: number;
  /** Ends with `file.too_many_rejected` when more than this share of the records, 0 to 1, does not fit. */
  readonly maxRejectedShare?: number;
  /** Reads no more records than this, for a preview. */
  readonly maxRecords?: number;
  /** Whether the relation has to have a column `line`; that of a Parquet file never has. */
  readonly withLines?: boolean;
  /** Whether types may be proved by whoever stores the rows, which then are read from the file only once. */
  readonly mayPropose?: boolean;
  /** Whether values stay texts, for whoever knows what they are to be: no type is looked for, and `relation` is all that counts. */
  readonly asTexts?: boolean;
}

/** A file's rows, ready to be stored; they lie in the session's directory until it ends. */
export interface PreparedFile {
  readonly facts: FileFacts;
  /** The file's columns but for those a person leaves out. */
  readonly columns: readonly PreparedColumn[];
  readonly recordForm: RecordForm;
  /** For a preview of a text file: its first lines as they are, long ones cut. */
  readonly head?: readonly string[];
  /** The rows as they were read, all texts, by `key`; where lines are known, with a column `line`. */
  readonly relation: Relation;
  /** The loaded rows in file order, typed, under the columns' names. With other items over `key` it gives the same rows otherwise. */
  readonly query: SelectQuery;
  /**
   * False when types were only proposed, by the first rows: `query` then fails at a row that breaks them, and the file has to be
   * prepared again without `mayPropose`.
   */
  readonly isProved: boolean;
  /** `records = loaded + rejectedCount`, always. */
  readonly records: number;
  readonly loaded: number;
  readonly rejectedCount: number;
  readonly rejected: readonly RejectedRow[];
  readonly isPartial: boolean;
  readonly hasLines: boolean;
  readonly warnings: readonly FileWarning[];
}

const DEFAULT_LISTED = 100;

type TypedRows = Pick<PreparedFile, "columns" | "relation" | "hasLines" | "recordForm">;

function unbalanced(rows: Pick<SpooledRows, "records">, loaded: number, rejected: number): Error {
  return problem("file.unbalanced", { records: rows.records, loaded, rejected });
}

/** Copies the rows into a file that is read again and again while types are proved. */
async function copyRows(session: EngineSession, dir: string, rows: SpooledRows): Promise<{ readonly relation: Relation; readonly hasLines: boolean }> {
  const hasLines = rows.spool.kind !== "delimited";
  const keys = [...(hasLines ? ["line"] : []), ...rows.columns.map((_, index) => `c${index}`)];
  const path = join(dir, "rows.parquet");
  const items = keys.map((key): SelectItem => ({ expression: column(key), as: key }));
  const copied = await session.run({
    kind: "copy",
    query: { kind: "select", items, from: sourceOf(rows.spool, rows.columns) },
    path,
    format: { kind: "parquet", rowGroupRows: 122_880, compression: "snappy" },
  });
  const loaded = Number(copied.rows[0]?.[1] ?? 0);
  if (loaded !== rows.loaded || loaded + rows.rejectedCount !== rows.records) throw unbalanced(rows, loaded, rows.rejectedCount);
  return { relation: { kind: "parquetFiles", paths: [path] }, hasLines };
}

/** Texts as a person says they are to be taken, before types are proved. With thousands of columns, naming each in every query is what takes the time. */
function saidTexts(relation: Relation, keys: readonly string[], saidOf: (key: string) => ColumnOptions): Relation {
  if (keys.every((key) => (saidOf(key).nullTokens ?? saidOf(key).decimal ?? saidOf(key).thousands) === undefined)) return relation;
  const items = keys.map((key): SelectItem => {
    const said = saidOf(key);
    const number = styleOf(said);
    const reading: Reading = { ...TEXT_READING, nullTokens: said.nullTokens ?? [] };
    return { expression: number === undefined ? readText(column(key), reading) : column(key), as: key };
  });
  return { kind: "query", query: { kind: "select", items, from: relation } };
}

interface Copied {
  readonly relation: Relation;
  readonly hasLines: boolean;
}

async function typeRows(session: EngineSession, options: FileOptions, { facts, rows }: SpooledFile, copied: Copied): Promise<TypedRows> {
  const { relation, hasLines } = copied;
  const kept = keptColumns(options, rows.columns);
  const said = new Map(kept.map((column) => [column.key, column.said]));
  const saidOf = (key: string): ColumnOptions => said.get(key) ?? {};
  const open = kept.flatMap(({ item, key, said }) => {
    const { decimal, type, format } = said;
    const isDecided = item.proof === "fixed" || (type ?? format) !== undefined;
    return isDecided ? [] : [{ key, proof: item.proof, ...(decimal === undefined ? {} : { decimal }) }];
  });
  const masked = saidTexts(
    relation,
    open.map((item) => item.key),
    saidOf,
  );
  const found = open.length === 0 ? new Map<string, ColumnReading>() : await readColumns(session, masked, open);
  const columns = kept.map(({ item, ...parts }) => prepareColumn(item, { ...parts, proved: found.get(parts.key) }));
  return { columns, relation, hasLines, recordForm: recordForm(recordDialect(facts), rows.columns, columns) };
}

async function prepareParquet(session: EngineSession, paths: readonly string[], options: FileOptions): Promise<TypedRows & { readonly records: number }> {
  const { columns, rows } = await parquetColumns(session, paths).catch((cause: unknown) => {
    throw problem("file.damaged", { what: "Parquet file", reason: "it cannot be read" }, { cause: cause instanceof Error ? cause : new Error(String(cause)) });
  });
  const relation: Relation = { kind: "parquetFiles", paths };
  const sources = columns.map(({ key, type }): SpooledColumn => ({ name: key, proof: "fixed", type, isNested: true }));
  const names = chosenNames(options, sources);
  const prepared = columns.flatMap(({ key, type }, index): readonly PreparedColumn[] => {
    const name = names[index];
    const said = { name: name ?? key, source: key, key, type, reading: { ...TEXT_READING, type }, expression: cast(column(key), type) };
    return name === undefined ? [] : [{ ...said, isText: false, isNormalized: false, alternatives: [] }];
  });
  return { columns: prepared, relation, hasLines: false, records: rows, recordForm: recordForm(null, sources, prepared) };
}

/** The file as its first rows propose it; undefined when all rows have to be looked at first. */
async function prepareProposed(session: EngineSession, options: FileOptions, spooled: SpooledFile): Promise<PreparedFile | undefined> {
  const { facts, rows } = spooled;
  const proposed = await proposeRows(session, options, spooled);
  if (proposed === undefined) return undefined;
  const { columns, relation, where } = proposed;
  const query: SelectQuery = { kind: "select", items: itemsOf(columns), from: relation, ...(where === undefined ? {} : { where }) };
  const { records, loaded, rejectedCount, rejected, isPartial, warnings } = rows;
  const own = { columns, relation, query, hasLines: false, isProved: false, recordForm: recordForm(recordDialect(facts), rows.columns, columns) };
  return { facts, ...own, records, loaded, rejectedCount, rejected, isPartial, warnings };
}

const itemsOf = (columns: readonly PreparedColumn[]): readonly SelectItem[] => columns.map((item) => ({ expression: item.expression, as: item.name }));

/** The file as it lies, all texts but for what is nested. */
function prepareTexts(options: FileOptions, { facts, rows }: SpooledFile): PreparedFile {
  const columns = keptColumns(options, rows.columns).map(({ item, ...parts }) => prepareColumn(item, { ...parts, proved: undefined }));
  const relation = sourceOf(rows.spool, rows.columns);
  const { records, loaded, rejectedCount, rejected, isPartial, warnings } = rows;
  const query: SelectQuery = { kind: "select", items: columns.map((item) => ({ expression: column(item.key), as: item.name })), from: relation };
  const own = { columns, relation, query, hasLines: rows.spool.kind !== "delimited", isProved: true };
  const form = recordForm(recordDialect(facts), rows.columns, columns);
  return { facts, ...own, recordForm: form, records, loaded, rejectedCount, rejected, isPartial, warnings };
}

interface Rejects {
  readonly records: number;
  readonly rejectedCount: number;
  readonly first: RejectedRow | undefined;
}

/** A share can be told only when all records were read. */
function requireFew({ maxRejectedShare = 1 }: PrepareFileInput, { records, rejectedCount, first }: Rejects): void {
  if (rejectedCount <= maxRejectedShare * records) return;
  throw problem("file.too_many_rejected", { count: rejectedCount, line: first?.line, reason: first?.reason });
}

const partOf = ({ maxRecords, withLines }: PrepareFileInput): Pick<PrepareFileInput, "maxRecords" | "withLines"> => ({
  ...(maxRecords === undefined ? {} : { maxRecords }),
  ...(withLines === undefined ? {} : { withLines }),
});

/**
 * Reads a file of any kind into typed rows without losing any: `records = loaded + rejectedCount`, or `file.unbalanced`.
 * Bad rows are part of the result; what makes the file unusable is thrown (`file.*`, `file.unclosed_quote`). The parser of
 * the file runs in the session's process. One file per session at a time.
 */
export async function prepareFile(session: EngineSession, input: PrepareFileInput): Promise<PreparedFile> {
  const options = input.options ?? {};
  const dir = await mkdtemp(join(session.tempDir, "file-"));
  const rejects = {
    maxListed: input.maxListed ?? DEFAULT_LISTED,
    ...(input.rejectsPath === undefined ? {} : { path: input.rejectsPath }),
    ...(input.maxRejected === undefined ? {} : { limit: input.maxRejected }),
  };
  const spooled = await session.task("spoolFile", {
    path: input.path,
    options,
    targetDir: dir,
    rejects,
    ...partOf(input),
  });
  const { facts, rows, head } = spooled;
  if (rows.spool.kind === "parquet") {
    const { records, ...typed } = await prepareParquet(session, [rows.spool.path, ...(input.parts ?? [])], options);
    const query: SelectQuery = { kind: "select", items: itemsOf(typed.columns), from: typed.relation };
    return { facts, ...typed, query, isProved: true, records, loaded: records, rejectedCount: 0, rejected: [], isPartial: false, warnings: [] };
  }
  if (input.asTexts === true) return prepareTexts(options, spooled);
  const proposed = input.mayPropose === true ? await prepareProposed(session, options, spooled) : undefined;
  if (proposed !== undefined) return proposed;
  const typed = await typeRows(session, options, spooled, await copyRows(session, dir, rows));
  const misfits = await findMisfitRows(session, input, { rows, typed });
  const query: SelectQuery = {
    kind: "select",
    items: itemsOf(typed.columns),
    from: typed.relation,
    ...(misfits.fits === undefined ? {} : { where: misfits.fits }),
  };
  const rejected = [...rows.rejected, ...misfits.rejected].toSorted((left, right) => left.line - right.line).slice(0, rejects.maxListed);
  const rejectedCount = rows.rejectedCount + misfits.count;
  requireFew(input, { records: rows.records, rejectedCount, first: rejected[0] });
  return {
    facts,
    ...typed,
    ...(head === undefined ? {} : { head }),
    query,
    isProved: true,
    records: rows.records,
    loaded: rows.loaded - misfits.count,
    rejectedCount,
    rejected,
    isPartial: rows.isPartial,
    warnings: rows.warnings,
  };
}
