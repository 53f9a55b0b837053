import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Id, newId } from "@granary/kernel";
import type { Ctx } from "../../context/index.ts";
import { logEnd, readData } from "../reading/read-data.ts";
import { columnsAsked, type RowQuery, toChoice } from "../reading/row-request.ts";
import { followFile } from "./follow-file.ts";
import { contentTypeOf, type FileOptions, hasByteOrderMark } from "./formats.ts";
import { endStreamed, insertDownload } from "./store.ts";
import { columnsOf, type FileRequest, refuseTooLarge, writeFile } from "./write-file.ts";

export type DownloadQuery = RowQuery & FileOptions;

/** A download under way; dispose it when it was sent, or when nobody takes it any more. */
export interface StartedDownload extends AsyncDisposable {
  readonly id: Id<"download">;
  readonly fileName: string;
  readonly contentType: string;
  /** Bytes as the engine writes them. */
  readonly chunks: AsyncIterable<Buffer>;
}

const BYTE_ORDER_MARK = Buffer.from("\uFEFF");

/** Splits what somebody asks for into which rows and what kind of file. */
export function splitQuery(asked: DownloadQuery): { readonly query: RowQuery; readonly options: FileOptions } {
  const { format, delimiter, header, bom, spreadsheetSafe, ...query } = asked;
  return { query, options: { format, delimiter, header, bom, spreadsheetSafe } };
}

interface Writing extends AsyncDisposable {
  readonly path: string;
  readonly rows: Promise<number>;
}

/** Begins to write into a file that is gone when this is disposed, which also ends the writing. */
async function beginWriting(ctx: Ctx, request: FileRequest): Promise<Writing> {
  const directory = join(ctx.services.config.dataDir, "tmp");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${request.id}.${request.options.format}`);
  const gone = new AbortController();
  const rows = writeFile(ctx, request, { path, signal: AbortSignal.any([ctx.signal, gone.signal]) });
  const settled = rows.catch(() => undefined);
  return {
    path,
    rows,
    [Symbol.asyncDispose]: async () => {
      gone.abort();
      await settled;
      await rm(path, { force: true });
    },
  };
}

/**
 * Begins a download: an answer that could not be sent is refused before it begins, the rest is sent while it is written.
 * Registers it before the first byte leaves.
 */
export async function startDownload(ctx: Ctx, idOrName: string, asked: DownloadQuery): Promise<StartedDownload> {
  const { query, options } = splitQuery(asked);
  const id = newId("download");
  await using started = new AsyncDisposableStack();
  const { request, writing, bytes, first, seen } = await readData(ctx, "download", async (open) => {
    const readable = await open(idOrName, query.version);
    const request: FileRequest = { id, readable, checked: await toChoice(ctx, readable, query), options };
    await refuseTooLarge(ctx, request);
    const writing = started.use(await beginWriting(ctx, request));
    // A workbook's first bytes are written last.
    if (options.format === "xlsx") await writing.rows;
    const bytes = followFile(writing.path, writing.rows);
    // Ends the writing first: whoever waits for the file to grow would wait for it otherwise.
    started.defer(async () => void (await Promise.all([writing[Symbol.asyncDispose](), bytes.return(undefined)])));
    const seen = columnsAsked(query, columnsOf(request), request.checked.orderBy);
    const answer = { request, writing, bytes, first: await bytes.next(), seen };
    return { answer, rows: null, columns: seen, stage: "begin" };
  });
  const { readable } = request;
  const columns = columnsOf(request);
  const fileName = await ctx.tx(async (ctx) => {
    const { dataset, version } = readable;
    const data = { downloadId: id, version: version.number, format: options.format, columns };
    const name = await insertDownload(ctx, { id, readable, query, options, columns });
    await ctx.record({ type: "dataset.downloaded", subject: { id: dataset.id, label: dataset.name }, data });
    return name;
  });
  async function* chunks(): AsyncGenerator<Buffer> {
    let sent = 0;
    const counted = (chunk: Buffer): Buffer => {
      sent += chunk.length;
      return chunk;
    };
    if (hasByteOrderMark(options)) yield counted(BYTE_ORDER_MARK);
    if (first.done !== true) yield counted(first.value);
    for await (const chunk of bytes) yield counted(chunk);
    const rows = await writing.rows;
    await endStreamed(ctx, id, { rows, bytes: sent });
    await logEnd(ctx, readable, "download", { rows, columns: seen });
  }
  const resources = started.move();
  return { id, fileName, contentType: contentTypeOf(options), chunks: chunks(), [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
