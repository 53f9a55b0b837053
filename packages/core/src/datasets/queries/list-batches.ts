import { type Batch, decodeCursor, toPage } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { listBatchRows } from "../batch-store.ts";
import { batchSight, presentBatch } from "../present.ts";
import { requireDataset } from "./get-dataset.ts";

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export async function listBatches(ctx: Ctx, dataset: string, query: PageQuery): Promise<{ items: Batch[]; next: string | null }> {
  const row = await requireDataset(ctx, dataset);
  const sight = batchSight(row);
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await listBatchRows(ctx.db, row.id, { after: after === undefined ? undefined : String(after), limit: query.limit });
  return toPage(
    rows,
    query.limit,
    (batch) => presentBatch(batch, sight),
    (batch) => [batch.id],
  );
}
