import type { RunningJob } from "@granary/jobs";
import type { Id } from "@granary/kernel";
import { isAppError } from "@granary/kernel";
import type { StagedImport } from "@granary/lake";
import { errorSpec, problem } from "@granary/protocol";
import { type Ctx, onBehalfOf, type Principal, type TxCtx } from "../../context/index.ts";
import { type BatchRow, findBatchRow, insertRejected } from "../batch-store.ts";
import { columnTypeOf } from "../column-types.ts";
import { uploadPath } from "../../uploads/index.ts";
import type { StoredColumn } from "../store.ts";

/** Rejected records kept for repair; the count beside them is always exact. */
const MAX_KEPT_REJECTS = 10_000;

export interface ImportResult {
  readonly rows: number;
  readonly rejected: number;
  readonly version: number;
}

/**
 * Reads a batch's file into the dataset's table. Table pointer, version, batch, rejected records, event and the job's own
 * end commit together; run again after a crash it does its work once.
 */
export async function importBatch(ctx: Ctx, batchId: string, job: RunningJob): Promise<ImportResult> {
  const batch = await findBatchRow(ctx.db, batchId);
  if (batch === undefined) throw problem("dataset.not_found");
  if (batch.data_version !== null) return { rows: batch.row_count ?? 0, rejected: batch.rejected_count ?? 0, version: batch.data_version };
  try {
    const { lake, config } = ctx.services;
    const staged = await lake.stageCsv({
      path: uploadPath(config.dataDir, batch.upload_id),
      workspaceId: ctx.workspaceId,
      tableName: batch.dataset_id,
      maxRejected: MAX_KEPT_REJECTS,
      signal: ctx.signal,
      onProgress: ({ phase, bytes }) => job.progress(bytes ?? 0, batch.bytes, phase),
    });
    job.log("info", `Read ${batch.file_name}`, { rows: staged.loaded, rejected: staged.rejectedCount, columns: staged.columns.length });
    return await ctx.tx((ctx) => publishBatch(ctx, batch, staged, job));
  } catch (error) {
    await keepFailure(ctx, batch, error);
    throw error;
  }
}

async function uploaderOf(ctx: Ctx | TxCtx, batch: BatchRow): Promise<Principal | undefined> {
  if (batch.uploaded_by === null) return undefined;
  const person = await ctx.db.selectFrom("users").select(["id", "name"]).where("id", "=", batch.uploaded_by).executeTakeFirst();
  return person === undefined ? undefined : onBehalfOf(ctx.workspaceId, { id: person.id as Id<"user">, name: person.name });
}

const storedColumns = (staged: StagedImport): StoredColumn[] =>
  staged.columns.map(({ fieldId, name, type }) => ({ fieldId, name, type: columnTypeOf(type), storedType: type }));

async function publishBatch(ctx: TxCtx, batch: BatchRow, staged: StagedImport, job: RunningJob): Promise<ImportResult> {
  const workspace_id = ctx.workspaceId;
  const dataset_id = batch.dataset_id;
  const published = await ctx.services.lake.publish(ctx.db, staged, { mode: "create", summary: { batch: batch.id } });
  const dataset = await ctx.db
    .updateTable("datasets")
    .set((eb) => ({ data_version: eb("data_version", "+", 1), schema_version: eb("schema_version", "+", 1), version: eb("version", "+", 1) }))
    .set({ row_count: published.rows, snapshot_id: published.snapshotId, updated_at: ctx.now })
    .where("id", "=", dataset_id)
    .returning(["name", "data_version", "schema_version"])
    .executeTakeFirstOrThrow();
  const made = { snapshot_id: published.snapshotId, schema_version: dataset.schema_version, row_count: staged.loaded };
  const columns = JSON.stringify(storedColumns(staged));
  await ctx.db.insertInto("schema_versions").values({ workspace_id, dataset_id, number: dataset.schema_version, columns }).execute();
  await ctx.db
    .insertInto("dataset_versions")
    .values({ ...made, workspace_id, dataset_id, number: dataset.data_version, batch_id: batch.id, created_by: batch.uploaded_by })
    .execute();
  await ctx.db
    .updateTable("batches")
    .set({ ...made, data_version: dataset.data_version, rejected_count: staged.rejectedCount, ended_at: ctx.now, error_code: null, error_message: null })
    .where("id", "=", batch.id)
    .execute();
  await insertRejected(ctx.db, workspace_id, batch.id, staged.rejected);
  const result = { rows: staged.loaded, rejected: staged.rejectedCount, version: dataset.data_version };
  const principal = await uploaderOf(ctx, batch);
  await ctx.record({
    type: "dataset.imported",
    subject: { id: dataset_id, label: dataset.name },
    data: { batchId: batch.id, ...result },
    ...(principal === undefined ? {} : { principal }),
  });
  await job.finish(ctx.db, result);
  return result;
}

/** Notes why a file can never be loaded. Errors that another attempt may cure leave the batch as it is. */
async function keepFailure(ctx: Ctx, batch: BatchRow, error: unknown): Promise<void> {
  if (!isAppError(error) || errorSpec(error.code).retry === "later" || ctx.signal.aborted) return;
  await ctx.tx(async (ctx) => {
    const principal = await uploaderOf(ctx, batch);
    await ctx.db.updateTable("batches").set({ error_code: error.code, error_message: error.message, ended_at: ctx.now }).where("id", "=", batch.id).execute();
    await ctx.record({
      type: "dataset.import_failed",
      subject: { id: batch.dataset_id, label: batch.file_name },
      result: "failure",
      data: { batchId: batch.id, code: error.code },
      ...(principal === undefined ? {} : { principal }),
    });
  });
}
