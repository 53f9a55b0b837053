import { createReadStream, createWriteStream } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import {
  call,
  caseWhen,
  column,
  type CopyFormat,
  type EngineSession,
  type Expression,
  literal,
  regexMatch,
  type SelectItem,
  type WorkKind,
} from "@granary/engine";
import type { OpenTable } from "../table/index.ts";
import { chosenQuery } from "./chosen-query.ts";
import { jsonText, jsonValue } from "./json-value.ts";
import { chooseRows, type Chosen, type RowChoice, type RowOrder } from "./row-choice.ts";
import { filesFor, holdFor, type ReadParts, signalOf } from "./scan-parts.ts";
import { type ShownColumnType, shownTypes } from "./shown-types.ts";

export interface CsvExport {
  readonly kind: "csv";
  /** A comma unless said. */
  readonly delimiter?: "," | ";" | "\t" | "|";
  /** True unless said. */
  readonly header?: boolean;
  /** Begins with a byte order mark, by which some programs know UTF-8. */
  readonly byteOrderMark?: boolean;
  /** Puts an apostrophe before texts that a spreadsheet would take for a formula. They cannot be told from ones that had it before. */
  readonly isSpreadsheetSafe?: boolean;
  /** Puts quotes around every value. */
  readonly quoteAll?: boolean;
  /** `crlf` unless said. */
  readonly lineEnd?: "lf" | "crlf";
}

/** `ndjson`: an object per line; `json`: one array of objects; `parquet`: with the columns' own types. */
export type ExportFormat = CsvExport | { readonly kind: "ndjson" | "json" | "parquet" };

export interface ExportRequest extends RowChoice {
  readonly format: ExportFormat;
  readonly orderBy?: readonly RowOrder[];
  readonly limit?: number;
  /** A local path that does not exist yet, for the caller to stream and remove. */
  readonly to: string;
  /** `job` unless said; `read` (at most 30 s, without waiting for a process) for small tables. */
  readonly work?: WorkKind;
  readonly signal?: AbortSignal;
}

export interface Exported {
  readonly rows: number;
}

const BYTE_ORDER_MARK = "\uFEFF";
/** What spreadsheets begin a formula with; some of them look behind white space. */
const FORMULA = "^[\\s\\x00]*[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\\t\\r]";
const PARQUET_GROUP_ROWS = 122_880;

const guarded = (value: Expression): Expression =>
  caseWhen([{ when: regexMatch(value, literal(FORMULA), { extent: "part" }), then: call("concat_or_null", literal("'"), value) }], value);

const isFormula = (text: string): boolean => new RegExp(FORMULA, "u").test(text);

/** Whether spreadsheets may take texts of a value for formulas. */
export interface DelimitedColumn {
  readonly name: string;
  readonly value: Expression;
  readonly isText: boolean;
}

/** Columns of a delimited file, with what a spreadsheet would compute made harmless if that is asked for. */
export function delimitedItems(columns: readonly DelimitedColumn[], format: CsvExport): readonly SelectItem[] {
  const isSafe = format.isSpreadsheetSafe === true;
  return columns.map(({ name, value, isText }) => ({
    expression: isSafe && isText ? guarded(value) : value,
    as: isSafe && isFormula(name) ? `'${name}` : name,
  }));
}

/** Nested values have no text of their own in a delimited file: they are JSON there. */
function csvItems(chosen: Chosen, types: readonly ShownColumnType[], format: CsvExport): readonly SelectItem[] {
  const columns = chosen.shown.map((item, index) => {
    const { kind, sqlType } = types[index] ?? {};
    const read = column(item.key);
    return { name: item.name, value: kind === "nested" ? jsonText(read, sqlType) : read, isText: kind === "text" || kind === "nested" };
  });
  return delimitedItems(columns, format);
}

/** The shown columns in the form the format needs them in. */
async function exportItems(session: EngineSession, chosen: Chosen, format: ExportFormat): Promise<{ readonly items?: readonly SelectItem[] }> {
  if (format.kind === "parquet") return {};
  const types = await shownTypes(session, chosen);
  if (format.kind === "csv") return { items: csvItems(chosen, types, format) };
  return { items: chosen.shown.map((item, index) => ({ expression: jsonValue(column(item.key), types[index]?.sqlType), as: item.name })) };
}

export function copyFormat(format: ExportFormat): CopyFormat {
  if (format.kind === "parquet") return { kind: "parquet", rowGroupRows: PARQUET_GROUP_ROWS, compression: "zstd" };
  if (format.kind !== "csv") return { kind: "json", layout: format.kind === "json" ? "array" : "lines" };
  const { delimiter, header, quoteAll, lineEnd } = format;
  return {
    kind: "csv",
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(header === undefined ? {} : { header }),
    ...(quoteAll === undefined ? {} : { quoteAll }),
    ...(lineEnd === undefined ? {} : { lineEnd }),
  };
}

async function write(session: EngineSession, request: ExportRequest, query: ReturnType<typeof chosenQuery>): Promise<number> {
  const { columns, rows } = await session.run({ kind: "copy", query, path: request.to, format: copyFormat(request.format) });
  const at = columns.findIndex((item) => item.name.toLowerCase() === "count");
  return Number(rows[0]?.[Math.max(at, 0)] ?? 0);
}

/** The engine writes none. */
async function prependMark(path: string, signal: AbortSignal | undefined): Promise<void> {
  const plain = `${path}.plain`;
  try {
    await writeFile(plain, BYTE_ORDER_MARK);
    await pipeline(createReadStream(path), createWriteStream(plain, { flags: "a" }), ...(signal === undefined ? [] : [{ signal }]));
    await rm(path);
    await pipeline(createReadStream(plain), createWriteStream(path));
  } finally {
    await rm(plain, { force: true });
  }
}

/**
 * Writes all chosen rows into a file, by the engine alone. Numbers in JSON are as exact as in the table, which not every
 * reader of JSON keeps; what is no number (`NaN`, `Infinity`) is a text there. Removes the file when it fails.
 */
export async function exportRows(parts: ReadParts, table: OpenTable, request: ExportRequest): Promise<Exported> {
  const { format, orderBy = [], limit, signal } = request;
  const chosen = chooseRows(table, request, orderBy);
  try {
    const rows = await parts.engine.use({ kind: request.work ?? "job", ...signalOf(signal) }, async (session) => {
      await using held = await holdFor({ ...parts, session }, chosen, filesFor(chosen), signal);
      const items = await exportItems(session, chosen, format);
      return await write(session, request, chosenQuery(chosen, held, { ...items, ...(limit === undefined ? {} : { limit }) }));
    });
    if (format.kind === "csv" && format.byteOrderMark === true) await prependMark(request.to, signal);
    return { rows };
  } catch (error) {
    await rm(request.to, { force: true });
    throw error;
  }
}
