import { type Batch, decodeCursor, problem, toPage } from "@granary/protocol";
import { atLeast, datasetLevel } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { findBatchRow, listBatchRows, listRejectedRows, type RejectedRecord } from "../batch-store.ts";
import { presentBatch } from "../present.ts";
import { requireDataset } from "./get-dataset.ts";

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export async function listBatches(ctx: Ctx, dataset: string, query: PageQuery): Promise<{ items: Batch[]; next: string | null }> {
  const row = await requireDataset(ctx, dataset);
  const mayLoad = atLeast(datasetLevel(ctx.principal, row), "contributor");
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listBatchRows(ctx.db, row.id, { after: after === undefined ? undefined : String(after), limit: query.limit });
  return toPage(
    rows,
    query.limit,
    (batch) => presentBatch(batch, mayLoad),
    (batch) => [batch.id],
  );
}

/** The records a load left out; they show raw text of the file, so they are for those who may load, not for readers. */
export async function listRejects(ctx: Ctx, dataset: string, batchId: string, query: PageQuery): Promise<{ items: RejectedRecord[]; next: string | null }> {
  const { id } = await requireDataset(ctx, dataset, "contributor");
  const batch = await findBatchRow(ctx.db, batchId);
  if (batch === undefined || batch.dataset_id !== id) throw problem("dataset.not_found");
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listRejectedRows(ctx.db, batchId, { after: after === undefined ? undefined : Number(after), limit: query.limit });
  return toPage(
    rows,
    query.limit,
    (row) => row,
    (row) => [row.line],
  );
}
