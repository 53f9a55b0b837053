import type { Reader, Writer } from "@granary/db";
import type { Issue } from "@granary/kernel";
import type { FileOptions, JobProgress, MaxRejects } from "@granary/protocol";
import { sql } from "kysely";
import type { Asker } from "./requester.ts";

type Db = Reader | Writer;

/** The query a load's rows come from, as it was asked. */
export interface SourceQuery {
  readonly sql: string;
  /** The version of datasets that name none. */
  readonly at: string | null;
}

/** A version of a dataset that a load's query read. */
export interface QueriedDataset {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** Derived from the job rather than stored, so that a batch whose job was killed for good never stays "importing". */
const batchStatus = sql<"loaded" | "importing" | "failed" | "deleted">`case
  when b.deleted_in is not null then 'deleted'
  when b.data_version is not null then 'loaded'
  when j.state in ('queued', 'running') then 'importing'
  else 'failed' end`;

function selectBatches(db: Db) {
  return db
    .selectFrom("batches as b")
    .innerJoin("uploads as u", "u.id", "b.upload_id")
    .leftJoin("jobs as j", "j.id", "b.job_id")
    .selectAll("b")
    .select([
      "u.file_name",
      "u.bytes",
      "u.sha256",
      "u.uploaded_by",
      batchStatus.as("status"),
      "j.state as job_state",
      sql<{ code: string; message: string } | null>`j.error`.as("job_error"),
      sql<JobProgress | null>`j.progress`.as("job_progress"),
      sql<readonly Issue[] | null>`b.error_issues`.as("issues"),
      sql<FileOptions | null>`b.file_options`.as("options"),
      sql<Readonly<Record<string, string | null>> | null>`b.column_mapping`.as("mapping"),
      sql<MaxRejects | null>`b.max_rejects`.as("limit"),
      sql<SourceQuery | null>`b.query`.as("source_query"),
      sql<QueriedDataset[] | null>`b.query_datasets`.as("queried"),
      sql<Omit<Asker, "personId"> | null>`b.query_asker`.as("asker"),
    ]);
}

export type BatchRow = Awaited<ReturnType<typeof findBatchRow>> & {};

export function findBatchRow(db: Db, id: string) {
  return selectBatches(db).where("b.id", "=", id).executeTakeFirst();
}

/** The loads of a dataset, newest first. */
export function listBatchRows(db: Db, datasetId: string, options: { after: string | undefined; limit: number }) {
  return selectBatches(db)
    .where("b.dataset_id", "=", datasetId)
    .$if(options.after !== undefined, (q) => q.where("b.id", "<", options.after ?? ""))
    .orderBy("b.id", "desc")
    .limit(options.limit + 1)
    .execute();
}
