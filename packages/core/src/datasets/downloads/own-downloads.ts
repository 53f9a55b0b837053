import { type FileHandle, open, rm } from "node:fs/promises";
import { cancelJob } from "@granary/jobs";
import type { Id } from "@granary/kernel";
import { decodeCursor, type Download, problem, toPage } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { requireDataset } from "../queries/get-dataset.ts";
import { readData } from "../reading/read-data.ts";
import { columnsAsked } from "../reading/row-request.ts";
import { contentTypeOf } from "./formats.ts";
import { keptPath } from "./kept-file.ts";
import { presentDownload, statusOf } from "./present.ts";
import { type DownloadRow, type DownloadsOf, findDownloadRow, isOfRows, listDownloadRows, planHash } from "./store.ts";

async function requireOwn(ctx: Ctx | TxCtx, id: string): Promise<DownloadRow> {
  const row = await findDownloadRow(ctx.db, id);
  if (row === undefined || row.requested_by !== requireUser(ctx.principal)) throw problem("download.not_found");
  return row;
}

export async function getDownload(ctx: Ctx, id: string): Promise<Download> {
  return presentDownload(await requireOwn(ctx, id), ctx.services.clock.now());
}

interface ListQuery {
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface DownloadPage {
  readonly items: Download[];
  readonly next: string | null;
}

/** What the caller took out or asked for, newest first. */
export function listDownloads(ctx: Ctx, query: ListQuery): Promise<DownloadPage> {
  return listOf(ctx, { userId: requireUser(ctx.principal) }, query);
}

/** Who took what out of a dataset, for its owners. Of results of queries they are told no more than that the dataset was read. */
export async function listDatasetDownloads(ctx: Ctx, dataset: string, query: ListQuery): Promise<DownloadPage> {
  const { id } = await requireDataset(ctx, dataset, "owner");
  return listOf(ctx, { datasetId: id }, query);
}

async function listOf(ctx: Ctx, of: DownloadsOf, query: ListQuery): Promise<DownloadPage> {
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listDownloadRows(ctx.db, of, { q: query.q, after: after === undefined ? undefined : String(after), limit: query.limit });
  const now = ctx.services.clock.now();
  const datasetId = "datasetId" in of ? of.datasetId : undefined;
  return toPage(
    rows,
    query.limit,
    (row) => presentDownload(row, now, datasetId),
    (row) => [row.id],
  );
}

/** A file to be sent; the reader closes it. */
export interface KeptFile {
  readonly file: FileHandle;
  readonly id: string;
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: number;
}

async function openKept(ctx: Ctx, id: string): Promise<FileHandle> {
  try {
    return await open(keptPath(ctx.services.config.dataDir, id), "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw problem("download.expired", {}, { cause: error });
    throw error;
  }
}

/** The file a job wrote for the caller, as long as they would still be shown the same. Each time is an event of its own. */
export async function openDownload(ctx: Ctx, id: string): Promise<KeptFile> {
  const row = await requireOwn(ctx, id);
  const status = statusOf(row, ctx.services.clock.now());
  if (!isOfRows(row) || status === "expired" || status === "streamed") throw problem("download.expired");
  if (status !== "ready") throw problem("download.not_ready");
  const file = await openKept(ctx, id);
  try {
    await readData(ctx, "download", async (open) => {
      const { plan } = await open(row.dataset_id, String(row.data_version));
      if (planHash(plan) !== row.plan_hash) throw problem("download.expired");
      return { answer: undefined, rows: row.row_count, columns: columnsAsked({ filter: row.row_filter ?? undefined }, row.columns) };
    });
    const { size: bytes } = await file.stat();
    const data = { downloadId: id, version: row.data_version, format: row.format, columns: row.columns, rows: row.row_count };
    await ctx.tx((ctx) => ctx.record({ type: "dataset.downloaded", subject: { id: row.dataset_id, label: row.dataset_name }, data }));
    return { file, id, fileName: row.file_name, contentType: contentTypeOf({ ...row.file_options, format: row.format }), bytes };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Stops a download that is being made, or removes its file. What was downloaded stays registered. */
export async function deleteDownload(ctx: Ctx, id: string): Promise<undefined> {
  return ctx.tx(async (ctx) => {
    const row = await requireOwn(ctx, id);
    if (statusOf(row, ctx.now) === "waiting" && row.job_id !== null) await cancelJob(ctx.db, row.job_id as Id<"job">);
    await ctx.db.updateTable("downloads").set({ kept: false }).where("id", "=", id).execute();
    ctx.afterCommit(() => rm(keptPath(ctx.services.config.dataDir, id), { force: true }));
    return undefined;
  });
}
