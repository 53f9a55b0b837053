import { type Batch, problem } from "@granary/protocol";
import type { DatasetLevel } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { type BatchRow, findBatchRow } from "../batch-store.ts";
import { batchSight, presentBatch } from "../present.ts";
import type { DatasetRow } from "../seen-datasets.ts";
import { requireDataset } from "./get-dataset.ts";

/** A load and its dataset, if the caller may act on the dataset at that level. */
export async function requireBatch(
  ctx: Ctx | TxCtx,
  dataset: string,
  batchId: string,
  level: DatasetLevel = "viewer",
): Promise<{ readonly dataset: DatasetRow; readonly batch: BatchRow }> {
  const row = await requireDataset(ctx, dataset, level);
  const batch = await findBatchRow(ctx.db, batchId);
  if (batch === undefined || batch.dataset_id !== row.id) throw problem("batch.not_found");
  return { dataset: row, batch };
}

export async function getBatch(ctx: Ctx, dataset: string, batchId: string): Promise<Batch> {
  const found = await requireBatch(ctx, dataset, batchId);
  return presentBatch(found.batch, batchSight(found.dataset));
}
