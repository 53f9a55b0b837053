import type { Reader, Writer } from "@granary/db";
import type { RecordForm, RejectedRow } from "@granary/engine";
import type { Id } from "@granary/kernel";
import type { StagedImport } from "@granary/lake";
import { sql } from "kysely";

type Db = Reader | Writer;

/** How the records of a load's file are written, and what its columns became. */
export interface KeptForm extends RecordForm {
  /** Of JSON and XML: whether inner objects became columns. */
  readonly nested: "keep" | "flatten";
}

type Fields = readonly (string | null)[];

/** A record that was made into a load counts as such only while that load has not failed. */
const rejectStatus = sql<"open" | "repaired" | "resubmitted">`case
  when n.data_version is not null or nj.state in ('queued', 'running') then 'resubmitted'
  when r.repaired_at is not null then 'repaired'
  else 'open' end`;

function selectRejects(db: Db, batchId: string) {
  return db
    .selectFrom("rejected_records as r")
    .leftJoin("batches as n", "n.id", "r.resubmitted_in")
    .leftJoin("jobs as nj", "nj.id", "n.job_id")
    .select(["r.number", "r.line", "r.reason", "r.raw", "r.repaired_raw", "r.repaired_at", "r.resubmitted_in", "r.version"])
    .select([rejectStatus.as("status"), sql<Fields | null>`r.fields`.as("fields"), sql<Fields | null>`r.repaired_fields`.as("repaired_fields")])
    .where("r.batch_id", "=", batchId);
}

export type RejectRow = Awaited<ReturnType<typeof findRejectRow>> & {};

export function findRejectRow(db: Db, batchId: string, number: number) {
  return selectRejects(db, batchId).where("r.number", "=", number).executeTakeFirst();
}

/** Records a batch could not load, in the order of the file. */
export function listRejectRows(db: Db, batchId: string, options: { after: number | undefined; limit: number }) {
  return selectRejects(db, batchId)
    .$if(options.after !== undefined, (q) => q.where("r.number", ">", options.after ?? 0))
    .orderBy("r.number")
    .limit(options.limit + 1)
    .execute();
}

/** How many of a batch's kept records are in each state. */
export async function countRejects(db: Db, batchId: string): Promise<{ open: number; repaired: number; resubmitted: number }> {
  const rows = await db
    .selectFrom(selectRejects(db, batchId).as("kept"))
    .select(["kept.status", (eb) => eb.fn.countAll<number>().as("count")])
    .groupBy("kept.status")
    .execute();
  const counts = { open: 0, repaired: 0, resubmitted: 0 };
  for (const { status, count } of rows) counts[status] = Number(count);
  return counts;
}

/** Takes hold of the corrected records of a batch that wait for a load. */
export async function lockRepaired(db: Writer, batchId: string): Promise<readonly RejectRow[]> {
  await db.selectFrom("rejected_records").select("number").where("batch_id", "=", batchId).orderBy("number").forUpdate().execute();
  const rows = await selectRejects(db, batchId).where("r.repaired_at", "is not", null).orderBy("r.number").execute();
  return rows.filter((row) => row.status === "repaired");
}

export async function markResubmitted(db: Writer, batchId: string, numbers: readonly number[], newBatchId: string): Promise<void> {
  await db
    .updateTable("rejected_records")
    .set({ resubmitted_in: newBatchId })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("batch_id", "=", batchId)
    .where("number", "in", [...numbers])
    .execute();
}

export interface Repair {
  readonly fields: Fields | null;
  readonly raw: string | null;
}

/** Keeps a correction, if the record is still at the version the caller read; whether it was. */
export async function keepRepair(db: Writer, at: { batchId: string; number: number; version: number }, repair: Repair, by: { personId: string; now: Date }) {
  const result = await db
    .updateTable("rejected_records")
    .set({ repaired_fields: repair.fields === null ? null : JSON.stringify(repair.fields), repaired_raw: repair.raw })
    .set({ repaired_by: by.personId, repaired_at: by.now, resubmitted_in: null, version: at.version + 1 })
    .where("batch_id", "=", at.batchId)
    .where("number", "=", at.number)
    .where("version", "=", at.version)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function findForm(db: Db, batchId: string): Promise<KeptForm | undefined> {
  const row = await db.selectFrom("batches").select(sql<KeptForm | null>`record_form`.as("form")).where("id", "=", batchId).executeTakeFirst();
  return row?.form ?? undefined;
}

/** Keeps how the file's records are written, so that rejected ones can be corrected later. */
export async function keepRecordForm(db: Writer, batchId: string, { recordForm, facts, rejectedCount }: StagedImport): Promise<void> {
  if (rejectedCount === 0) return;
  const form: KeptForm = { ...recordForm, nested: facts.json?.nested ?? facts.xml?.nested ?? "keep" };
  await db
    .updateTable("batches")
    .set({ record_form: JSON.stringify(form) })
    .where("id", "=", batchId)
    .execute();
}

const CHUNK = 1_000;

/** Keeps rejected records, in chunks that stay below PostgreSQL's limit of parameters. */
export async function insertRejected(db: Writer, workspaceId: Id<"workspace">, batchId: string, records: readonly RejectedRow[]): Promise<void> {
  for (let start = 0; start < records.length; start += CHUNK) {
    const part = records.slice(start, start + CHUNK);
    const fields = part.map((record) => (record.fields === undefined ? null : JSON.stringify(record.fields)));
    await sql`
      insert into rejected_records (workspace_id, batch_id, number, line, reason, raw, fields)
      select ${workspaceId}, ${batchId}, ${start} + ordinal, line, reason, raw, fields
      from unnest(${part.map((record) => record.line)}::bigint[], ${part.map((record) => record.reason)}::text[],
        ${part.map((record) => record.raw)}::text[], ${fields}::jsonb[]) with ordinality as r (line, reason, raw, fields, ordinal)
      on conflict do nothing`.execute(db);
  }
}
