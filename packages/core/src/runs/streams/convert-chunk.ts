import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { ReadMessage } from "@granary/connectors";
import {
  and,
  call,
  cast,
  column,
  type EngineSession,
  type Expression,
  isNull,
  literal,
  not,
  or,
  prepareFile,
  type Query,
  type Relation,
  tryCast,
} from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { type GraphColumn, problem } from "@granary/protocol";
import type { Work } from "../carry-out/work.ts";
import { newFile, settleFile } from "../folder.ts";
import { graphColumns, sqlTypeOf } from "../graph-types.ts";
import { MAX_KEPT_REJECTS, type RejectedRow } from "../steps/step-result.ts";
import { namesOf, selectNames, useEngine } from "../steps/write-ports.ts";

type Chunk = Extract<ReadMessage, { type: "chunk" }>;
const TEXT = { kind: "text" } as const;
const FORMAT = { kind: "parquet", rowGroupRows: 122_880, compression: "snappy" } as const;

/** A chunk with its types, in the run's folder. */
export interface Converted {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly columns: readonly GraphColumn[];
  readonly rejectedCount: number;
  readonly rejects: readonly RejectedRow[];
}

const isText = ({ type }: GraphColumn): boolean => type === "text" || type === "json";

function typed(item: GraphColumn, onFault: "fail" | "null"): Expression {
  const text = column(item.name);
  if (isText(item)) return text;
  if (item.type === "binary") return call("decode_hex", text);
  const type = sqlTypeOf(item.type);
  return onFault === "fail" ? cast(text, type) : tryCast(text, type);
}

/** The rows of a file the platform's own way, all as text. */
function textsOf({ path, format }: Chunk): Relation {
  if (format.kind === "file") throw new Error("foreign files are prepared");
  const columns = format.columns.map(({ name }) => ({ name, type: TEXT }));
  if (format.kind === "json_lines") return { kind: "jsonFile", path, columns, layout: "lines" };
  return { kind: "csvFile", path, columns, dialect: { delimiter: ",", quote: '"', header: false }, lineEnd: "lf" };
}

/** The columns a chunk is read as; what it does not have is null. */
function itemsFor(chunk: Chunk, columns: readonly GraphColumn[], onFault: "fail" | "null") {
  const own = new Set(chunk.format.kind === "file" ? [] : chunk.format.columns.map(({ name }) => name));
  return columns.map((item) => ({ expression: own.has(item.name) ? typed(item, onFault) : cast(literal(null), sqlTypeOf(item.type)), as: item.name }));
}

const fitting = (columns: readonly GraphColumn[]): Expression =>
  and(...columns.filter((item) => !isText(item)).map((item) => or(isNull(column(item.name)), not(isNull(typed(item, "null"))))));

async function copy(session: EngineSession, query: Query, path: string): Promise<number> {
  const { rows } = await session.run({ kind: "copy", query, path, format: FORMAT });
  return Number(rows[0]?.[1] ?? 0);
}

function reasonOf(row: Readonly<Record<string, string | null>>, columns: readonly GraphColumn[], fits: readonly boolean[]): RejectedRow {
  const at = fits.indexOf(false);
  const item = columns[at];
  if (item === undefined) return { column: null, reason: "The row does not fit", row };
  return { column: item.name, reason: `${item.name} is no ${item.type}`, row };
}

interface Typed {
  readonly rows: number;
  readonly rejectedCount: number;
  readonly rejects: readonly RejectedRow[];
}

/** Stores the rows that fit, and tells of the others. */
async function separate(session: EngineSession, chunk: Chunk, columns: readonly GraphColumn[], to: string): Promise<Typed> {
  const from = textsOf(chunk);
  const own = chunk.format.kind === "file" ? [] : chunk.format.columns;
  const checked = columns.filter(({ name }) => own.some((item) => item.name === name));
  const fits = fitting(checked);
  const rows = await copy(session, { kind: "select", items: itemsFor(chunk, columns, "null"), from, where: fits }, to);
  const counted = await session.run({ kind: "query", query: { kind: "select", items: [{ expression: call("count_rows"), as: "n" }], from, where: not(fits) } });
  const items = [
    ...own.map(({ name }) => ({ expression: column(name), as: name })),
    ...checked.map((item, index) => ({
      expression: isText(item) ? literal(true) : or(isNull(column(item.name)), not(isNull(typed(item, "null")))),
      as: `granary_fits_${index}`,
    })),
  ];
  const bad = await session.run({ kind: "query", query: { kind: "select", items, from, where: not(fits), limit: MAX_KEPT_REJECTS } });
  const rejects = bad.rows.map((row) => {
    const values = Object.fromEntries(own.map(({ name }, index) => [name, row[index] === null ? null : String(row[index])]));
    return reasonOf(values, checked, row.slice(own.length).map(Boolean));
  });
  return { rows, rejectedCount: Number(counted.rows[0]?.[0] ?? 0), rejects };
}

/** All rows at once where every value fits, which is what is usual; else those that fit. */
async function convertOwn(session: EngineSession, chunk: Chunk, columns: readonly GraphColumn[], to: string): Promise<Typed> {
  try {
    const rows = await copy(session, { kind: "select", items: itemsFor(chunk, columns, "fail"), from: textsOf(chunk) }, to);
    return { rows, rejectedCount: 0, rejects: [] };
  } catch (error) {
    if (!isAppError(error, "engine.statement_failed")) throw error;
    await rm(to, { force: true });
    return separate(session, chunk, columns, to);
  }
}

async function convertForeign(session: EngineSession, chunk: Chunk, to: string): Promise<Typed & { readonly columns: readonly GraphColumn[] }> {
  const file = await prepareFile(session, { path: chunk.path, maxListed: MAX_KEPT_REJECTS });
  const rows = await copy(session, file.query, to);
  const described = await session.run({ kind: "query", query: { ...selectNames({ kind: "parquetFiles", paths: [to] }, namesOf(file.query)), limit: 0 } });
  const rejects = file.rejected.map(({ reason, raw }) => ({ column: null, reason, row: { record: raw } }));
  return { rows, rejectedCount: file.rejectedCount, rejects, columns: graphColumns(described.columns) };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(part as Buffer);
  return hash.digest("hex");
}

/** Gives a chunk its types and keeps it; the file as it came is removed. Rows that do not fit are kept apart, and none is lost. */
export async function convertChunk(work: Work, node: string, chunk: Chunk, columns: readonly GraphColumn[]): Promise<Converted> {
  const { path, absolute } = await newFile(work.folder, node, "chunk.parquet");
  const result = await useEngine(work, chunk.bytes, async (session) => {
    if (chunk.format.kind === "file") return convertForeign(session, chunk, absolute);
    return { ...(await convertOwn(session, chunk, columns, absolute)), columns };
  });
  if (chunk.rows !== undefined && result.rows + result.rejectedCount !== chunk.rows) {
    throw problem("connection.data_invalid", { stream: node, reason: `${chunk.rows} rows were read and ${result.rows + result.rejectedCount} arrived` });
  }
  const { bytes } = await settleFile(absolute);
  const sha256 = await digestOf(absolute);
  await rm(chunk.path, { force: true });
  return { path, bytes, sha256, ...result };
}
