import { setTimeout as delay } from "node:timers/promises";
import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findBatchRow } from "../batch-store.ts";
import type { CreatedDataset } from "../commands/create-dataset.ts";
import { presentBatch } from "../present.ts";
import { getDataset } from "./get-dataset.ts";

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 500;

/** Waits until the import of a new dataset has ended, however; ends early when the caller goes away. */
export async function awaitImport(ctx: Ctx, created: CreatedDataset): Promise<CreatedDataset> {
  for (let pause = FIRST_DELAY_MS; ; pause = Math.min(pause * 1.5, MAX_DELAY_MS)) {
    const row = await findBatchRow(ctx.db, created.batch.id);
    if (row === undefined) throw problem("dataset.not_found");
    if (row.status !== "importing") return { ...created, batch: presentBatch(row), dataset: await getDataset(ctx, created.dataset.id) };
    await delay(pause, undefined, { signal: ctx.signal });
  }
}
