import { createHash } from "node:crypto";
import type { Reader, Writer } from "@granary/db";
import type { ReadPlan } from "@granary/lake";
import type { DownloadFormat, RowFilter } from "@granary/protocol";
import { sql } from "kysely";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import type { QueriedDataset } from "../batch-store.ts";
import type { Readable } from "../reading/open-version.ts";
import type { RowQuery } from "../reading/row-request.ts";
import { type FileOptions, fileNameOf } from "./formats.ts";

type Db = Reader | Writer;

/** Names what a plan shows, so that two can be told apart without keeping either. */
export function planHash(plan: ReadPlan): string {
  const text = JSON.stringify(plan, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
  return createHash("sha256").update(text).digest("hex");
}

function selectDownloads(db: Db) {
  return db
    .selectFrom("downloads as w")
    .leftJoin("datasets as d", "d.id", "w.dataset_id")
    .leftJoin("users as p", "p.id", "w.requested_by")
    .leftJoin("jobs as j", "j.id", "w.job_id")
    .selectAll("w")
    .select([
      "d.name as dataset_name",
      "p.name as person_name",
      "j.state as job_state",
      sql<{ code: string; message: string } | null>`j.error`.as("job_error"),
      sql<RowFilter | null>`w.filter`.as("row_filter"),
      sql<Omit<FileOptions, "format">>`w.options`.as("file_options"),
      sql<QueriedDataset[] | null>`w.query_datasets`.as("queried"),
    ]);
}

export type DownloadRow = Awaited<ReturnType<typeof findDownloadRow>> & {};

/** A download of rows of one dataset. */
export type RowsDownload = DownloadRow & { readonly dataset_id: string; readonly dataset_name: string; readonly data_version: number };

export const isOfRows = (row: DownloadRow): row is RowsDownload => row.dataset_id !== null && row.dataset_name !== null && row.data_version !== null;

export function findDownloadRow(db: Db, id: string) {
  return selectDownloads(db).where("w.id", "=", id).executeTakeFirst();
}

interface ListOptions {
  /** An id, or a part of the name of the dataset, the file or the query. */
  readonly q?: string | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

/** What was taken out of one dataset, by itself or in the results of queries, or what one person took out or asked for. */
export type DownloadsOf = { readonly userId: string } | { readonly datasetId: string };

/** Downloads, newest first. */
export function listDownloadRows(db: Db, of: DownloadsOf, options: ListOptions) {
  const { q = "" } = options;
  const pattern = `%${q.replace(/[\\%_]/g, "\\$&")}%`;
  return selectDownloads(db)
    .$if("userId" in of, (query) => query.where("w.requested_by", "=", "userId" in of ? of.userId : ""))
    .$if("datasetId" in of, (query) => {
      const datasetId = "datasetId" in of ? of.datasetId : "";
      const reads = sql<boolean>`w.query_id is not null and w.query_datasets @> ${JSON.stringify([{ id: datasetId }])}::jsonb`;
      return query.where((eb) => eb.or([eb("w.dataset_id", "=", datasetId), reads]));
    })
    .$if(q !== "", (query) =>
      query.where((eb) =>
        eb.or([
          eb("w.id", "=", q),
          eb("w.file_name", "ilike", pattern),
          eb("d.name", "ilike", pattern),
          eb("p.name", "ilike", "datasetId" in of ? pattern : ""),
          "userId" in of ? eb("w.query_label", "ilike", pattern) : eb.lit(false),
        ]),
      ),
    )
    .$if(options.after !== undefined, (q) => q.where("w.id", "<", options.after ?? ""))
    .orderBy("w.id", "desc")
    .limit(options.limit + 1)
    .execute();
}

export interface NewDownload {
  readonly id: string;
  readonly readable: Readable;
  readonly query: RowQuery;
  readonly options: FileOptions;
  readonly columns: readonly string[];
  readonly jobId?: string;
}

/** Registers a download; answers its file's name. */
export async function insertDownload(ctx: TxCtx, download: NewDownload): Promise<string> {
  const { id, readable, query, options, columns } = download;
  const { format, ...rest } = options;
  const { number: version, snapshotId } = readable.version;
  const file_name = fileNameOf({ dataset: readable.dataset.name, version, id, format });
  await ctx.db
    .insertInto("downloads")
    .values({
      id,
      workspace_id: ctx.workspaceId,
      dataset_id: readable.dataset.id,
      requested_by: requireUser(ctx.principal),
      permissions: [...ctx.principal.permissions],
      purpose: ctx.request.purpose ?? null,
      api_key_id: ctx.principal.apiKeyId,
      data_version: version,
      snapshot_id: snapshotId,
      plan_hash: planHash(readable.plan),
      format,
      options: JSON.stringify(rest),
      columns: [...columns],
      filter: query.filter === undefined ? null : JSON.stringify(query.filter),
      sort: query.sort ?? null,
      search: query.q ?? null,
      batch_id: query.batch_id ?? null,
      file_name,
      job_id: download.jobId ?? null,
      created_at: ctx.now,
    })
    .execute();
  return file_name;
}

export interface NewResultDownload {
  readonly id: string;
  readonly queryId: string;
  /** The query's text, shortened. */
  readonly label: string;
  readonly datasets: readonly QueriedDataset[];
  readonly format: DownloadFormat;
  readonly options: Omit<FileOptions, "format">;
  readonly columns: readonly string[];
  readonly fileName: string;
  readonly rows: number | null;
  readonly bytes: number;
}

/** Registers a download of the result of a query. */
export async function insertResultDownload(ctx: TxCtx, download: NewResultDownload): Promise<void> {
  await ctx.db
    .insertInto("downloads")
    .values({
      id: download.id,
      workspace_id: ctx.workspaceId,
      requested_by: requireUser(ctx.principal),
      permissions: [...ctx.principal.permissions],
      query_id: download.queryId,
      query_label: download.label,
      query_datasets: JSON.stringify(download.datasets),
      format: download.format,
      options: JSON.stringify(download.options),
      columns: [...download.columns],
      file_name: download.fileName,
      row_count: download.rows,
      bytes: download.bytes,
      created_at: ctx.now,
      ended_at: ctx.now,
    })
    .execute();
}

/** Notes how large a file was that was sent as it was written. */
export async function endStreamed(ctx: Ctx, id: string, figures: { readonly rows: number; readonly bytes: number }): Promise<void> {
  const { rows: row_count, bytes } = figures;
  await ctx.tx((ctx) => ctx.db.updateTable("downloads").set({ row_count, bytes, ended_at: ctx.now }).where("id", "=", id).execute());
}

/** What the row of a download asks to read. */
export function queryOf(row: RowsDownload): RowQuery {
  return {
    version: String(row.data_version),
    filter: row.row_filter ?? undefined,
    columns: JSON.stringify(row.columns),
    sort: row.sort ?? undefined,
    q: row.search ?? undefined,
    batch_id: row.batch_id ?? undefined,
  };
}
