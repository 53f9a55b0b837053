import { problem } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { batchSight, presentBatch } from "../present.ts";
import { requireBatch } from "../queries/get-batch.ts";
import { requireWhole } from "../queries/get-dataset.ts";
import { addVersion } from "./add-version.ts";
import type { ChangedBatch } from "./delete-batch.ts";

async function restore(ctx: TxCtx, dataset: string, batchId: string): Promise<ChangedBatch> {
  const found = await requireBatch(ctx, dataset, batchId, "contributor");
  requireWhole(found.dataset, "restoring a load", ["rows"]);
  const { id, table_name: tableName, row_count: before, data_version: newest } = found.dataset;
  const deletedIn = found.batch.deleted_in;
  if (deletedIn === null) throw problem("batch.not_deleted");
  if (newest !== deletedIn) throw problem("batch.overtaken", { version: deletedIn });
  const [earlier, taking] = await ctx.db
    .selectFrom("dataset_versions")
    .select(["snapshot_id", "batch_id"])
    .where("dataset_id", "=", id)
    .where("number", "in", [deletedIn - 1, deletedIn])
    .orderBy("number")
    .execute();
  // Restoring an older version took the rows out, among others; restoring the version before it is what brings them back.
  if (earlier === undefined || taking?.batch_id !== batchId) throw problem("batch.overtaken", { version: deletedIn });
  const published = await ctx.services.lake.rollback(
    ctx.db,
    { workspaceId: ctx.workspaceId, tableName },
    { to: { snapshotId: earlier.snapshot_id }, keepColumns: true, summary: { batch: batchId, restored: "batch" } },
  );
  const counts = { added: published.rows - (before ?? 0), removed: 0, replaced: 0 };
  const personId = requireUser(ctx.principal);
  const version = await addVersion(ctx, { datasetId: id, published, operation: "batch_restored", batchId, personId, counts });
  // Somebody published between the look and the table's lock: their rows would be gone.
  if (version.number !== deletedIn + 1) throw problem("batch.overtaken", { version: deletedIn });
  await ctx.db.updateTable("batches").set({ deleted_in: null }).where("id", "=", batchId).execute();
  const rows = published.rows - (before ?? 0);
  await ctx.record({ type: "dataset.batch_restored", subject: { id, label: version.name }, data: { batchId, rows, version: version.number } });
  return { batch: presentBatch((await requireBatch(ctx, id, batchId)).batch, batchSight(found.dataset)), version: version.number, rows };
}

/**
 * Puts the rows of a deleted load back, as a new version. Possible until the dataset changes again: then others may have
 * built on the rows being gone, and `batch.overtaken` says so.
 */
export async function restoreBatch(ctx: Ctx, dataset: string, batchId: string): Promise<ChangedBatch> {
  return ctx.tx((ctx) => restore(ctx, dataset, batchId));
}
