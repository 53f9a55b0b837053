import { createReadStream } from "node:fs";
import { mkdir, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Row } from "@granary/engine";
import { type Id, newId } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import {
  contentTypeOf,
  exportFormat,
  type FileOptions,
  hasByteOrderMark,
  insertResultDownload,
  MAX_SHEET_COLUMNS,
  MAX_SHEET_ROWS,
  writeWorkbook,
} from "../../datasets/index.ts";
import { labelOf } from "../label.ts";
import { type QueryWithResult, withResult } from "../queries/require-result.ts";
import { jsonLines } from "./json-lines.ts";
import { openResult, readResult } from "./read-result.ts";
import { sqlTypeOf } from "./result-columns.ts";
import { resultPath } from "./result-file.ts";

/** A file of a result; dispose it when it was sent. */
export interface ResultDownload extends AsyncDisposable {
  readonly id: Id<"download">;
  readonly fileName: string;
  readonly contentType: string;
  readonly chunks: AsyncIterable<Buffer>;
}

const BYTE_ORDER_MARK = Buffer.from("\uFEFF");

function refuseTooLarge({ columns, row_count: rows }: QueryWithResult, { format }: FileOptions): void {
  if (format !== "xlsx") return;
  if (columns.length > MAX_SHEET_COLUMNS) throw problem("download.too_large", { reason: `it has ${columns.length} columns, more than ${MAX_SHEET_COLUMNS}` });
  if ((rows ?? 0) >= MAX_SHEET_ROWS) throw problem("download.too_large", { reason: `it has ${rows} rows, more than ${MAX_SHEET_ROWS - 1} below the names` });
}

interface Writing {
  readonly query: QueryWithResult;
  readonly options: FileOptions;
  readonly path: string;
}

async function writeRows(ctx: Ctx, { query, options, path }: Writing): Promise<void> {
  const { dataDir } = ctx.services.config;
  const columns = query.columns.map((column) => ({ name: column.name, sqlType: sqlTypeOf(column), isKey: false }));
  const format = exportFormat(options);
  if (format?.kind === "csv" || format?.kind === "parquet") {
    const file = format.kind === "csv" ? format : ({ kind: "parquet" } as const);
    return ctx.services.lake.exportResult({ from: resultPath(dataDir, query.id), columns, format: file, to: path, signal: ctx.signal });
  }
  await using source = await openResult(dataDir, query.id);
  const batches = (async function* (): AsyncGenerator<readonly Row[]> {
    for await (const rows of readResult(source, 0)) yield rows.map(({ row }) => row);
  })();
  if (format === undefined) {
    await writeWorkbook({ path, title: "Result", identifier: query.id, columns, batches });
    return;
  }
  await using target = await open(path, "wx", 0o600);
  for await (const text of jsonLines(query.columns, batches, options.format === "json" ? "array" : "lines")) {
    ctx.signal.throwIfAborted();
    await target.appendFile(text);
  }
}

async function* chunksOf(path: string, options: FileOptions): AsyncGenerator<Buffer> {
  if (hasByteOrderMark(options)) yield BYTE_ORDER_MARK;
  yield* createReadStream(path) as AsyncIterable<Buffer>;
}

/** The kept rows of the caller's query as a file, written whole before its first byte leaves; every one is an event. */
export async function downloadResult(ctx: Ctx, queryId: string, options: FileOptions): Promise<ResultDownload> {
  await using made = new AsyncDisposableStack();
  const file = await withResult(ctx, queryId, async (query) => ({ answer: await writeResult(ctx, made, { query, options }), rows: query.row_count }));
  const kept = made.move();
  return { ...file, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The file goes with `made`. */
async function writeResult(
  ctx: Ctx,
  made: AsyncDisposableStack,
  { query, options }: Pick<Writing, "query" | "options">,
): Promise<Omit<ResultDownload, keyof AsyncDisposable>> {
  refuseTooLarge(query, options);
  const id = newId("download");
  const directory = join(ctx.services.config.dataDir, "tmp");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${id}.${options.format}`);
  made.defer(() => rm(path, { force: true }));
  await writeRows(ctx, { query, options, path });
  const fileName = `query-${id}.${options.format}`;
  const bytes = (await stat(path)).size + (hasByteOrderMark(options) ? BYTE_ORDER_MARK.length : 0);
  await ctx.tx(async (ctx) => {
    const datasets = query.datasets.map(({ id, name, version }) => ({ id, name, version }));
    const data = { downloadId: id, format: options.format, rows: query.row_count, columns: query.columns.map(({ name }) => name), datasets };
    const label = labelOf(query.text);
    const { format, ...rest } = options;
    const registered = { id, queryId: query.id, label, datasets, format, options: rest, columns: data.columns, fileName, rows: query.row_count, bytes };
    await insertResultDownload(ctx, registered);
    await ctx.record({ type: "query.downloaded", subject: { id: query.id, label }, data });
  });
  return { id, fileName, contentType: contentTypeOf(options), chunks: chunksOf(path, options) };
}
