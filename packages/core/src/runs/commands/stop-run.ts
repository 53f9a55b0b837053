import { cancelJob } from "@granary/jobs";
import type { Id } from "@granary/kernel";
import { problem, type RunSummary } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { moveRun, moveStep } from "../move-run.ts";
import { presentSummary } from "../present.ts";
import { isEnded, isUndecided, stateWords } from "../rules.ts";
import { holdRun, listStepRows, requireRunRow, type RunRow } from "../store.ts";
import { WANTED_CHANNEL } from "../channels.ts";

/** Takes back the job of a run that no worker has begun; answers whether that was possible. */
async function withdrawJob(ctx: TxCtx, row: RunRow): Promise<boolean> {
  if (row.job_id === null) return true;
  const job = await ctx.db.selectFrom("jobs").select("state").where("id", "=", row.job_id).forNoKeyUpdate().executeTakeFirst();
  if (job?.state === "running") return false;
  if (job?.state === "queued") await cancelJob(ctx.db, row.job_id as Id<"job">);
  return true;
}

/** Tells the worker that has a run what is wanted of it; it hears of it when the transaction commits. */
async function tellWorker(ctx: TxCtx, row: RunRow, wanted: "pause" | "cancel"): Promise<void> {
  await ctx.db.updateTable("runs").set({ wanted }).where("id", "=", row.id).execute();
  await sql`select pg_notify(${WANTED_CHANNEL}, ${row.id})`.execute(ctx.db);
}

/** Ends the steps of a run that no worker has. */
export async function cancelSteps(ctx: TxCtx, runId: string): Promise<void> {
  for (const step of await listStepRows(ctx.db, runId)) if (isUndecided(step.state)) await moveStep(ctx, step, "cancel");
}

/**
 * Cancels a run: at once where no worker has it, else within 2 s. What it has not published never comes to be.
 * Throws `run.not_found` and `run.state_wrong`.
 */
export async function cancelRun(ctx: TxCtx, id: string): Promise<RunRow> {
  const row = await holdRun(ctx.db, id);
  if (isEnded(row.state)) throw problem("run.state_wrong", { state: stateWords(row.state) });
  if (row.state === "cancelling") return row;
  if (await withdrawJob(ctx, row)) {
    await cancelSteps(ctx, id);
    await moveRun(ctx, row, "cancel", { fields: { wanted: null } });
  } else {
    if (row.state === "running") await moveRun(ctx, row, "ask_cancel");
    await tellWorker(ctx, row, "cancel");
  }
  return requireRunRow(ctx.db, id);
}

/** Pauses a run: finished steps are kept, what is going on is stopped. Throws `run.not_found` and `run.state_wrong`. */
async function pauseRun(ctx: TxCtx, id: string): Promise<RunRow> {
  const row = await holdRun(ctx.db, id);
  if (row.state !== "queued" && row.state !== "running") throw problem("run.state_wrong", { state: stateWords(row.state) });
  if (await withdrawJob(ctx, row)) await moveRun(ctx, row, "pause", { fields: { job_id: null, wanted: null } });
  else await tellWorker(ctx, row, "pause");
  return requireRunRow(ctx.db, id);
}

const asked =
  (command: (ctx: TxCtx, id: string) => Promise<RunRow>) =>
  (ctx: Ctx, id: string): Promise<RunSummary> =>
    ctx.tx(async (ctx) => presentSummary(ctx.principal, await command(ctx, id)));

/** {@link cancelRun} for somebody who asks. */
export const askToCancel = asked(cancelRun);
/** {@link pauseRun} for somebody who asks. */
export const askToPause = asked(pauseRun);
