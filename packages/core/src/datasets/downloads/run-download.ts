import { mkdir, rename, rm, stat } from "node:fs/promises";
import type { RunningJob } from "@granary/jobs";
import { isAppError } from "@granary/kernel";
import { errorSpec, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { notify } from "../../notifications/index.ts";
import { readData } from "../reading/read-data.ts";
import { columnsAsked, toChoice } from "../reading/row-request.ts";
import { readerFor } from "../requester.ts";
import { keptDirectory, keptPath } from "./kept-file.ts";
import { type DownloadRow, findDownloadRow, isOfRows, planHash, queryOf, type RowsDownload } from "./store.ts";
import { columnsOf, type FileRequest, writeFile } from "./write-file.ts";

const KEPT_MS = 7 * 86_400_000;
const LOOK_AT_SIZE_MS = 1_000;

export interface DownloadResult {
  readonly rows: number;
  readonly bytes: number;
}

/** Tells how large the file has become; of workbooks, how many rows it has. */
function reportSize(path: string, job: RunningJob): Disposable {
  const timer = setInterval(() => {
    stat(path).then(
      ({ size }) => job.progress(size, undefined, "bytes"),
      () => undefined,
    );
  }, LOOK_AT_SIZE_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function writeKept(ctx: Ctx, request: FileRequest, job: RunningJob): Promise<DownloadResult> {
  const { dataDir } = ctx.services.config;
  const part = `${keptPath(dataDir, request.id)}.part`;
  await mkdir(keptDirectory(dataDir), { recursive: true, mode: 0o700 });
  await rm(part, { force: true });
  using _report = reportSize(part, job);
  const rows = await writeFile(ctx, request, { path: part, withMark: true, signal: ctx.signal, onRows: (count) => job.progress(count, undefined, "rows") });
  const { size } = await stat(part);
  await rename(part, keptPath(dataDir, request.id));
  return { rows, bytes: size };
}

/** Writes the file somebody asked for, as they may see the dataset now. File, end of the job and notification come together. */
export async function runDownload(ctx: Ctx, downloadId: string, job: RunningJob): Promise<DownloadResult> {
  const row = await findDownloadRow(ctx.db, downloadId);
  if (row === undefined || !isOfRows(row)) throw problem("download.not_found");
  if (row.kept) return { rows: row.row_count ?? 0, bytes: row.bytes ?? 0 };
  try {
    const asker = { personId: row.requested_by, permissions: row.permissions, apiKeyId: row.api_key_id, purpose: row.purpose };
    const reader = await readerFor(ctx, asker, "dataset:download");
    const written = await readData(reader, "export", async (open) => {
      const query = queryOf(row);
      const readable = await open(row.dataset_id, query.version);
      // What was promised is what is written: a plan that changed since shows other columns or rows.
      if (planHash(readable.plan) !== row.plan_hash) throw problem("download.expired");
      const checked = await toChoice(reader, readable, query);
      const options = { ...row.file_options, format: row.format };
      const answer = await writeKept(ctx, { id: downloadId, readable, checked, options }, job);
      return { answer, rows: answer.rows, columns: columnsAsked(query, columnsOf({ readable, checked }), checked.orderBy), stage: "end" };
    });
    await keep(ctx, row, written, job);
    return written;
  } catch (error) {
    await keepFailure(ctx, row, error);
    throw error;
  }
}

async function keep(ctx: Ctx, row: RowsDownload, { rows, bytes }: DownloadResult, job: RunningJob): Promise<void> {
  await ctx.tx(async (ctx) => {
    const expires_at = new Date(ctx.now.getTime() + KEPT_MS);
    await ctx.db.updateTable("downloads").set({ row_count: rows, bytes, kept: true, expires_at, ended_at: ctx.now }).where("id", "=", row.id).execute();
    await notify(ctx, {
      to: { userIds: row.requested_by === null ? [] : [row.requested_by] },
      kind: "download.ready",
      title: `${row.dataset_name} can be downloaded`,
      body: `${row.file_name}: ${rows} rows. It is kept for seven days.`,
      link: `/downloads?q=${row.id}`,
    });
    await job.finish(ctx.db, { rows, bytes });
  });
}

/** Notes why a file can never be written. Errors that another attempt may cure leave the download as it is. */
async function keepFailure(ctx: Ctx, row: DownloadRow, error: unknown): Promise<void> {
  const { dataDir } = ctx.services.config;
  await rm(`${keptPath(dataDir, row.id)}.part`, { force: true });
  if (!isAppError(error) || errorSpec(error.code).retry === "later" || ctx.signal.aborted) return;
  const { code: error_code, message: error_message } = error;
  await ctx.tx((ctx) => ctx.db.updateTable("downloads").set({ error_code, error_message, ended_at: ctx.now }).where("id", "=", row.id).execute());
}
