import type { Reader, Writer } from "@granary/db";
import type { Id, Issue } from "@granary/kernel";
import { sql } from "kysely";

type Db = Reader | Writer;

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
      sql<readonly Issue[] | null>`b.error_issues`.as("issues"),
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

/** Records a batch could not load, in the order of the file. */
export function listRejectedRows(db: Db, batchId: string, options: { after: number | undefined; limit: number }) {
  return db
    .selectFrom("rejected_records")
    .select(["line", "reason", "raw"])
    .where("batch_id", "=", batchId)
    .$if(options.after !== undefined, (q) => q.where("line", ">", options.after ?? 0))
    .orderBy("line")
    .limit(options.limit + 1)
    .execute();
}

export interface RejectedRecord {
  readonly line: number;
  readonly reason: string;
  readonly raw: string;
}

const CHUNK = 1_000;

/** Keeps rejected records, in chunks that stay below PostgreSQL's limit of parameters. */
export async function insertRejected(db: Writer, workspaceId: Id<"workspace">, batchId: string, records: readonly RejectedRecord[]): Promise<void> {
  for (let start = 0; start < records.length; start += CHUNK) {
    const part = records.slice(start, start + CHUNK);
    await sql`
      insert into rejected_records (workspace_id, batch_id, line, reason, raw)
      select ${workspaceId}, ${batchId}, line, reason, raw
      from unnest(${part.map((record) => record.line)}::bigint[], ${part.map((record) => record.reason)}::text[], ${part.map((record) => record.raw)}::text[]) as r (line, reason, raw)
      on conflict do nothing`.execute(db);
  }
}
