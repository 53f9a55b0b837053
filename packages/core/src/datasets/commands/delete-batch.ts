import { type Batch, problem } from "@granary/protocol";
import type { StagedChange } from "@granary/lake";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { batchSight, presentBatch } from "../present.ts";
import { requireBatch } from "../queries/get-batch.ts";
import { requireWhole } from "../queries/get-dataset.ts";
import { addVersion } from "./add-version.ts";
import { withRestaging } from "./with-restaging.ts";

/** What became of a load, and the dataset's version that shows it. */
export interface ChangedBatch {
  readonly batch: Batch;
  readonly version: number;
  /** Rows that went or came back. */
  readonly rows: number;
}

async function stage(ctx: Ctx, dataset: string, batchId: string): Promise<StagedChange> {
  const found = await requireBatch(ctx, dataset, batchId, "contributor");
  requireWhole(found.dataset, "deleting a load", ["rows"]);
  if (found.batch.status !== "loaded") throw problem("batch.not_loaded");
  const table = await ctx.services.lake.open(ctx.db, { workspaceId: ctx.workspaceId, tableName: found.dataset.table_name });
  const staged = await ctx.services.lake.stageDelete({ table, rowsOfBatch: batchId, signal: ctx.signal });
  if (staged.counts.deletedRows === 0) throw problem("batch.no_rows");
  return staged;
}

async function publish(ctx: TxCtx, datasetId: string, batchId: string, staged: StagedChange): Promise<ChangedBatch> {
  const published = await ctx.services.lake.publish(ctx.db, staged, { summary: { batch: batchId, deleted: "batch" } });
  const rows = staged.counts.deletedRows;
  const counts = { added: 0, removed: rows, replaced: 0 };
  const version = await addVersion(ctx, { datasetId, published, operation: "batch_deleted", batchId, personId: requireUser(ctx.principal), counts });
  const marked = await ctx.db
    .updateTable("batches")
    .set({ deleted_in: version.number })
    .where("id", "=", batchId)
    .where("deleted_in", "is", null)
    .executeTakeFirst();
  if (marked.numUpdatedRows !== 1n) throw problem("batch.not_loaded");
  await ctx.record({ type: "dataset.batch_deleted", subject: { id: datasetId, label: version.name }, data: { batchId, rows, version: version.number } });
  const after = await requireBatch(ctx, datasetId, batchId);
  return { batch: presentBatch(after.batch, batchSight(after.dataset)), version: version.number, rows };
}

/**
 * Takes exactly the rows a load brought out of the dataset, as a new version; what came by other loads stays, and older versions
 * still have them. Throws `batch.not_loaded`, and `batch.no_rows` when later loads replaced all of them.
 */
export async function deleteBatch(ctx: Ctx, dataset: string, batchId: string): Promise<ChangedBatch> {
  const { id } = (await requireBatch(ctx, dataset, batchId, "contributor")).dataset;
  return withRestaging(
    ctx,
    () => stage(ctx, id, batchId),
    (staged) => ctx.tx((ctx) => publish(ctx, id, batchId, staged)),
  );
}
