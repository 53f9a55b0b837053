import type { TxCtx } from "../../context/index.ts";
import { startTriggered } from "../starting/index.ts";
import { parameterTexts } from "../parameters.ts";
import { countsOf } from "./present.ts";
import { type BackfillRow, findBackfill, followRuns, holdBackfill, listWaiting, setBackfillState, setPartition } from "./store.ts";

async function startNext(ctx: TxCtx, row: BackfillRow, free: number): Promise<void> {
  const { spec, id: backfillId, pipeline_id: pipelineId } = row;
  for (const part of await listWaiting(ctx.db, backfillId, { order: spec.order, limit: free })) {
    const run = await startTriggered(ctx, {
      pipelineId,
      cause: "backfill",
      backfillId,
      partition: part.partition,
      interval: { start: part.starts_at, end: part.ends_at },
      parameters: parameterTexts(spec.parameters),
    });
    await setPartition(ctx.db, { backfillId, key: part.partition }, run === undefined ? "failed" : "running", run?.id ?? null);
  }
}

/** How many parts may be started now. */
function freeOf(row: BackfillRow): number {
  const { running, failed } = countsOf(row);
  const mayStart = row.state === "running" && failed < row.spec.stopAfterFailures;
  return mayStart ? Math.max(0, row.spec.maxParallel - running) : 0;
}

/** Ends a backfill none of whose parts is open, unless there are parts to go on with. */
async function settle(ctx: TxCtx, id: string): Promise<void> {
  const row = await findBackfill(ctx, id);
  if (row === undefined) return;
  const { running, waiting, failed } = countsOf(row);
  if (running > 0 || (row.state === "paused" && waiting > 0)) return;
  if (waiting > 0 && failed < row.spec.stopAfterFailures) return advanceBackfill(ctx, id);
  await setBackfillState(ctx.db, id, failed > 0 ? "failed" : "succeeded", ctx.now);
}

/** Goes on with a backfill: notes how its runs ended, starts the next, and ends it where none is left. Repeating it does no harm. */
export async function advanceBackfill(ctx: TxCtx, id: string): Promise<void> {
  await holdBackfill(ctx.db, id);
  await followRuns(ctx.db, id);
  const row = await findBackfill(ctx, id);
  if (row === undefined || row.state === "cancelled") return;
  const free = freeOf(row);
  if (free > 0) await startNext(ctx, row, free);
  await settle(ctx, id);
}
