import { appendFile, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { problem } from "@granary/protocol";
import type { JsonValue } from "../../process/messages.ts";
import type { EngineSession } from "../../process/session.ts";
import { and, cast, column, type Expression, not, type Relation, type SelectItem, type SelectQuery, type SqlType } from "../../sql/index.ts";
import { type ColumnReading, fitsReading, formatShape, type NumberStyle, type Reading, readColumns, readText, TEXT_READING } from "../columns/index.ts";
import type { FileWarning, Spool, SpooledColumn, SpooledRows, RejectedRow } from "../spool/index.ts";
import { parquetColumns } from "./parquet-columns.ts";
import type { ColumnOptions, FileFacts, FileOptions, ValueOptions } from "./types.ts";

export interface PrepareFileInput {
  readonly path: string;
  /** What a person said; the rest is detected. */
  readonly options?: FileOptions;
  /** How many rejected rows are answered with their text. */
  readonly maxListed?: number;
  /** Where every rejected row is written, one JSON object `{line, reason, raw}` a line; not written when there are none. */
  readonly rejectsPath?: string;
  /** Stops with `file.too_many_rejected` beyond this many. */
  readonly maxRejected?: number;
  /** Reads no more records than this, for a preview. */
  readonly maxRecords?: number;
}

export interface PreparedColumn extends ColumnReading {
  readonly name: string;
  readonly renamedFrom?: string;
  /** What the column is called in `relation`. */
  readonly key: string;
  /** The typed value, over `relation`. */
  readonly expression: Expression;
  readonly type: SqlType;
  /** Undefined where values are no texts: those of Parquet and nested ones. */
  readonly isText: boolean;
}

/** A file's rows, ready to be stored; they lie in the session's directory until it ends. */
export interface PreparedFile {
  readonly facts: FileFacts;
  readonly columns: readonly PreparedColumn[];
  /** The rows as they were read, all texts, by `key`; where lines are known, with a column `line`. */
  readonly relation: Relation;
  /** The loaded rows in file order, typed, under the columns' names. With other items over `key` it gives the same rows otherwise. */
  readonly query: SelectQuery;
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

type TypedRows = Pick<PreparedFile, "columns" | "relation" | "hasLines">;

function sourceOf(spool: Spool, columns: readonly SpooledColumn[]): Relation {
  const text: SqlType = { kind: "text" };
  const named = columns.map((item, index) => ({ name: `c${index}`, type: item.isNested === true && item.type !== undefined ? item.type : text }));
  const withLine = [{ name: "line", type: { kind: "bigint" } as const }, ...named];
  if (spool.kind === "csv")
    return { kind: "csvFile", path: spool.path, columns: withLine, dialect: { delimiter: ",", quote: '"', header: false }, lineEnd: "lf" };
  if (spool.kind === "json") return { kind: "jsonFile", path: spool.path, columns: withLine, layout: "lines" };
  if (spool.kind === "delimited") return { kind: "csvFile", path: spool.path, columns: named, dialect: spool.dialect, lineEnd: spool.lineEnd };
  return { kind: "parquetFiles", paths: [spool.path] };
}

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

function styleOf(options: ValueOptions): NumberStyle | undefined {
  const { decimal = ".", thousands = "" } = options;
  if (decimal === thousands || thousands.length > 1)
    throw problem("file.option_invalid", { option: "thousands", reason: "it is one character other than the decimal sign, or nothing" });
  return decimal === "." && thousands === "" ? undefined : { decimal, thousands };
}

const SCALARS: ReadonlySet<string> = new Set([
  "boolean",
  "integer",
  "bigint",
  "decimal",
  "float",
  "double",
  "date",
  "time",
  "timestamp",
  "timestamptz",
  "text",
  "uuid",
]);

/** The reading a person asked for; undefined when nothing was said that decides the type. */
function saidReading(name: string, options: ColumnOptions): Reading | undefined {
  const { type, format, nullTokens = [] } = options;
  if (type === undefined && format === undefined) return undefined;
  const isClock = format !== undefined && /%[HIMSp]/.test(format);
  const own: SqlType = type ?? { kind: isClock ? "timestamp" : "date" };
  if (!SCALARS.has(own.kind))
    throw problem("file.option_invalid", { option: `columns.${name}.type`, reason: `a column of text cannot be read as ${own.kind}` });
  if (format !== undefined && formatShape(format) === undefined)
    throw problem("file.option_invalid", { option: `columns.${name}.format`, reason: "it holds letters other than %Y %y %m %d %b %B %H %I %M %S %p" });
  const number = styleOf(options);
  return { type: own, nullTokens, ...(number === undefined ? {} : { number }), ...(format === undefined ? {} : { format }) };
}

function optionsFor(options: FileOptions, name: string): ColumnOptions {
  return { ...options.values, ...options.columns?.[name] };
}

/** Texts as a person says they are to be taken, before types are proved. */
function saidTexts(relation: Relation, keys: readonly string[], saidOf: (key: string) => ColumnOptions): Relation {
  const items = keys.map((key): SelectItem => {
    const said = saidOf(key);
    const number = styleOf(said);
    const reading: Reading = { ...TEXT_READING, nullTokens: said.nullTokens ?? [] };
    return { expression: number === undefined ? readText(column(key), reading) : column(key), as: key };
  });
  return { kind: "query", query: { kind: "select", items, from: relation } };
}

async function typeRows(
  session: EngineSession,
  options: FileOptions,
  rows: SpooledRows,
  copied: { readonly relation: Relation; readonly hasLines: boolean },
): Promise<TypedRows> {
  const { relation, hasLines } = copied;
  const said = new Map(rows.columns.map((item, index) => [`c${index}`, optionsFor(options, item.name)]));
  const saidOf = (key: string): ColumnOptions => said.get(key) ?? {};
  const open = rows.columns.flatMap((item, index) => {
    const key = `c${index}`;
    const { decimal, ...others } = saidOf(key);
    const isDecided = item.proof === "fixed" || saidReading(item.name, others) !== undefined;
    return isDecided ? [] : [{ key, proof: item.proof, ...(decimal === undefined ? {} : { decimal }) }];
  });
  const masked = saidTexts(
    relation,
    open.map((item) => item.key),
    saidOf,
  );
  const found = open.length === 0 ? new Map<string, ColumnReading>() : await readColumns(session, masked, open);
  const columns = rows.columns.map((item, index) => prepareColumn(item, { key: `c${index}`, said: saidOf(`c${index}`), proved: found.get(`c${index}`) }));
  return { columns, relation, hasLines };
}

interface ColumnParts {
  readonly key: string;
  readonly said: ColumnOptions;
  readonly proved: ColumnReading | undefined;
}

const NOT_PROVED: ColumnReading = { reading: TEXT_READING, isNormalized: false, alternatives: [] };

/** Puts together what the file, a person and the proof say about a column. */
function prepareColumn(item: SpooledColumn, { key, said, proved = NOT_PROVED }: ColumnParts): PreparedColumn {
  const base = { name: item.name, key, alternatives: proved.alternatives, ...(item.renamedFrom === undefined ? {} : { renamedFrom: item.renamedFrom }) };
  const known = item.type === undefined ? undefined : { ...TEXT_READING, type: item.type };
  if (known !== undefined && item.isNested === true)
    return { ...base, reading: known, type: known.type, expression: column(key), isText: false, isNormalized: false };
  const own = saidReading(item.name, said);
  const reading = own ?? known ?? withSaidTokens(proved.reading, said);
  const isNormalized = own !== undefined || proved.isNormalized;
  return { ...base, reading, type: reading.type, expression: valueOf(key, reading, own === undefined && known !== undefined), isText: true, isNormalized };
}

const withSaidTokens = (reading: Reading, { nullTokens = [] }: ColumnOptions): Reading => ({ ...reading, nullTokens: [...nullTokens, ...reading.nullTokens] });

/** Numbers of JSON that are known to be of a type are taken as they stand (`1e5` is no text a double is printed as). */
const valueOf = (key: string, reading: Reading, isKnown: boolean): Expression => (isKnown ? cast(column(key), reading.type) : readText(column(key), reading));

interface Misfits {
  readonly fits: Expression | undefined;
  readonly count: number;
  readonly rejected: readonly RejectedRow[];
}

const csvValue = (value: JsonValue | undefined): string => {
  const text = value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Rows with values that are none of the type a person asked for, each with the first such value. */
async function findMisfitRows(session: EngineSession, input: PrepareFileInput, rows: SpooledRows, typed: TypedRows): Promise<Misfits> {
  const asked = typed.columns.filter((item) => {
    const said = optionsFor(input.options ?? {}, item.name);
    return item.isText && (said.type !== undefined || said.format !== undefined) && item.type.kind !== "text";
  });
  if (asked.length === 0) return { fits: undefined, count: 0, rejected: [] };
  const fits = and(...asked.map((item) => fitsReading(column(item.key), item.reading)));
  const keys = typed.columns.map((item) => item.key);
  const items: readonly SelectItem[] = [
    { expression: column("line"), as: "line" },
    ...keys.map((key) => ({ expression: column(key), as: key })),
    ...asked.map((item) => ({ expression: fitsReading(column(item.key), item.reading), as: `${item.key}_fits` })),
  ];
  const listed: RejectedRow[] = [];
  let count = 0;
  const { batches } = await session.stream({ kind: "select", items, from: typed.relation, where: not(fits) });
  for await (const batch of batches) {
    const found = batch.map((row): RejectedRow => {
      const wrong = asked.find((_, index) => row[1 + keys.length + index] === false) as PreparedColumn;
      const value = row[1 + keys.indexOf(wrong.key)];
      return {
        line: Number(row[0]),
        reason: `${wrong.name}: “${String(value).slice(0, 100)}” is no ${wrong.type.kind}`,
        raw: keys.map((_, index) => csvValue(row[1 + index])).join(","),
      };
    });
    count += found.length;
    listed.push(...found.slice(0, Math.max(0, (input.maxListed ?? DEFAULT_LISTED) - listed.length)));
    if (input.rejectsPath !== undefined) await appendFile(input.rejectsPath, found.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const total = count + rows.rejectedCount;
    if (input.maxRejected !== undefined && total > input.maxRejected) {
      throw problem("file.too_many_rejected", { count: total, line: found[0]?.line, reason: found[0]?.reason });
    }
  }
  return { fits, count, rejected: listed };
}

async function prepareParquet(session: EngineSession, path: string): Promise<TypedRows & { readonly records: number }> {
  const { columns, rows } = await parquetColumns(session, path).catch((cause: unknown) => {
    throw problem("file.damaged", { what: "Parquet file", reason: "it cannot be read" }, { cause: cause instanceof Error ? cause : new Error(String(cause)) });
  });
  const relation: Relation = { kind: "parquetFiles", paths: [path] };
  const prepared = columns.map(
    ({ key, type }): PreparedColumn => ({
      name: key,
      key,
      type,
      reading: { ...TEXT_READING, type },
      expression: cast(column(key), type),
      isText: false,
      isNormalized: false,
      alternatives: [],
    }),
  );
  return { columns: prepared, relation, hasLines: false, records: rows };
}

const itemsOf = (columns: readonly PreparedColumn[]): readonly SelectItem[] => columns.map((item) => ({ expression: item.expression, as: item.name }));

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
  const { facts, rows } = await session.task("spoolFile", {
    path: input.path,
    options,
    targetDir: dir,
    rejects,
    ...(input.maxRecords === undefined ? {} : { maxRecords: input.maxRecords }),
  });
  if (rows.spool.kind === "parquet") {
    const { records, ...typed } = await prepareParquet(session, rows.spool.path);
    const query: SelectQuery = { kind: "select", items: itemsOf(typed.columns), from: typed.relation };
    return { facts, ...typed, query, records, loaded: records, rejectedCount: 0, rejected: [], isPartial: false, warnings: [] };
  }
  const typed = await typeRows(session, options, rows, await copyRows(session, dir, rows));
  const misfits = await findMisfitRows(session, input, rows, typed);
  const query: SelectQuery = {
    kind: "select",
    items: itemsOf(typed.columns),
    from: typed.relation,
    ...(misfits.fits === undefined ? {} : { where: misfits.fits }),
  };
  return {
    facts,
    ...typed,
    query,
    records: rows.records,
    loaded: rows.loaded - misfits.count,
    rejectedCount: rows.rejectedCount + misfits.count,
    rejected: [...rows.rejected, ...misfits.rejected].slice(0, rejects.maxListed),
    isPartial: rows.isPartial,
    warnings: rows.warnings,
  };
}
