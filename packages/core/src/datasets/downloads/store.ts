import { createHash } from "node:crypto";
import type { Reader, Writer } from "@granary/db";
import type { ReadPlan } from "@granary/lake";
import type { RowFilter } from "@granary/protocol";
import { sql } from "kysely";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
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
    .innerJoin("datasets as d", "d.id", "w.dataset_id")
    .leftJoin("jobs as j", "j.id", "w.job_id")
    .selectAll("w")
    .select([
      "d.name as dataset_name",
      "j.state as job_state",
      sql<{ code: string; message: string } | null>`j.error`.as("job_error"),
      sql<RowFilter | null>`w.filter`.as("row_filter"),
      sql<Omit<FileOptions, "format">>`w.options`.as("file_options"),
    ]);
}

export type DownloadRow = Awaited<ReturnType<typeof findDownloadRow>> & {};

export function findDownloadRow(db: Db, id: string) {
  return selectDownloads(db).where("w.id", "=", id).executeTakeFirst();
}

/** What somebody took out or asked for, newest first. */
export function listDownloadRows(db: Db, userId: string, options: { readonly after: string | undefined; readonly limit: number }) {
  return selectDownloads(db)
    .where("w.requested_by", "=", userId)
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

/** Notes how large a file was that was sent as it was written. */
export async function endStreamed(ctx: Ctx, id: string, figures: { readonly rows: number; readonly bytes: number }): Promise<void> {
  const { rows: row_count, bytes } = figures;
  await ctx.tx((ctx) => ctx.db.updateTable("downloads").set({ row_count, bytes, ended_at: ctx.now }).where("id", "=", id).execute());
}

/** What the row of a download asks to read. */
export function queryOf(row: DownloadRow): RowQuery {
  return {
    version: String(row.data_version),
    filter: row.row_filter ?? undefined,
    columns: JSON.stringify(row.columns),
    sort: row.sort ?? undefined,
    q: row.search ?? undefined,
    batch_id: row.batch_id ?? undefined,
  };
}
