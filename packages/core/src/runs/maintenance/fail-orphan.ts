import type { TxCtx } from "../../context/index.ts";
import { cancelSteps } from "../commands/stop-run.ts";
import { moveRun } from "../move-run.ts";
import { isEnded } from "../rules.ts";
import { holdRun } from "../store.ts";

/** Ends a run whose job ended without it: as cancelled where somebody cancelled the job, else as failed. */
export async function failOrphan(ctx: TxCtx, runId: string): Promise<void> {
  const row = await holdRun(ctx.db, runId);
  if (isEnded(row.state) || row.state === "paused" || row.job_id === null) return;
  const job = await ctx.db.selectFrom("jobs").select("state").where("id", "=", row.job_id).executeTakeFirst();
  if (job !== undefined && (job.state === "queued" || job.state === "running")) return;
  await cancelSteps(ctx, runId);
  if (job?.state === "cancelled" || row.state === "cancelling") return moveRun(ctx, row, "cancel");
  const message = "The worker was lost again and again, so the run was given up.";
  return moveRun(ctx, row, "fail", { fields: { fault: { class: "crashed", code: "job.worker_lost", message, issues: [] } }, text: message });
}
