import { setTimeout as delay } from "node:timers/promises";
import { type Batch, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findBatchRow } from "../batch-store.ts";
import type { CreatedDataset } from "../commands/create-dataset.ts";
import { presentBatch } from "../present.ts";
import { getDataset } from "./get-dataset.ts";

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 500;

/** Waits until a load of the caller has ended, however; ends early when the caller goes away. */
export async function awaitBatch(ctx: Ctx, batchId: string): Promise<Batch> {
  for (let pause = FIRST_DELAY_MS; ; pause = Math.min(pause * 1.5, MAX_DELAY_MS)) {
    const row = await findBatchRow(ctx.db, batchId);
    if (row === undefined) throw problem("dataset.not_found");
    if (row.status !== "importing") return presentBatch(row, true);
    await delay(pause, undefined, { signal: ctx.signal });
  }
}

/** Waits until the import of a new dataset has ended, and shows the dataset as it is then. */
export async function awaitImport(ctx: Ctx, created: CreatedDataset): Promise<CreatedDataset> {
  const batch = await awaitBatch(ctx, created.batch.id);
  return { ...created, batch, dataset: await getDataset(ctx, created.dataset.id) };
}
