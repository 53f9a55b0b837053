import { setTimeout as delay } from "node:timers/promises";
import { type Batch, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findBatchRow } from "../batch-store.ts";
import type { CreatedDataset } from "../commands/create-dataset.ts";
import { OWN_BATCH, presentBatch } from "../present.ts";
import { getDataset } from "./get-dataset.ts";

/** Looked at this often besides, should a notice be lost. */
const RECHECK_MS = 500;
const UNDER_WAY = new Set(["queued", "running"]);

/** Whether a notice may tell of a job's end: an empty one comes after notices were missed. */
function mayTellEnd(payload: string, jobId: string | null): boolean {
  if (payload === "" || jobId === null) return true;
  const { id, state } = JSON.parse(payload) as { readonly id: string; readonly state: string };
  return id === jobId && !UNDER_WAY.has(state);
}

/** Waits until a load of the caller has ended, however; ends early when the caller goes away. */
export async function awaitBatch(ctx: Ctx, batchId: string): Promise<Batch> {
  let jobId: string | null = null;
  let told = new AbortController();
  await using _ = await ctx.services.database.listener.subscribe("granary_progress", (payload) => {
    if (mayTellEnd(payload, jobId)) told.abort();
  });
  for (;;) {
    const row = await findBatchRow(ctx.db, batchId);
    if (row === undefined) throw problem("dataset.not_found");
    if (row.status !== "importing") return presentBatch(row, OWN_BATCH);
    jobId = row.job_id;
    await delay(RECHECK_MS, undefined, { signal: AbortSignal.any([ctx.signal, told.signal]) }).catch(() => ctx.signal.throwIfAborted());
    told = new AbortController();
  }
}

/** Waits until the import of a new dataset has ended, and shows the dataset as it is then. */
export async function awaitImport(ctx: Ctx, created: CreatedDataset): Promise<CreatedDataset> {
  const batch = await awaitBatch(ctx, created.batch.id);
  return { ...created, batch, dataset: await getDataset(ctx, created.dataset.id) };
}
