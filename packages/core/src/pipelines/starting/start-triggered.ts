import { isAppError } from "@granary/kernel";
import type { RunSummary } from "@granary/protocol";
import type { TxCtx } from "../../context/index.ts";
import { type NewRun, type RunRow, startRun } from "../../runs/index.ts";

/** A run that something other than a person starts. */
export type TriggeredRun = NewRun & { readonly cause: RunSummary["cause"] /** Of the run that led to it, and one more. */; readonly depth?: number };

/** Runs that led to each other beyond this many are a circle that no check of documents could see. */
export const MAX_DEPTH = 20;

/** What keeps a pipeline from running by itself and is for its people to repair; it must not keep the clock from going on. */
const THEIR_OWN = [
  "pipeline.not_found",
  "pipeline.version_not_found",
  "pipeline.owner_gone",
  "pipeline.invalid",
  "pipeline.parameter_missing",
  "request.invalid",
];

/** Starts a run; undefined where there was one for this time already, or where the pipeline cannot run as it is. */
export async function startTriggered(ctx: TxCtx, { depth = 0, ...run }: TriggeredRun): Promise<RunRow | undefined> {
  try {
    const started = await startRun(ctx, run);
    if (started !== undefined && depth > 0) await ctx.db.updateTable("runs").set({ depth }).where("id", "=", started.id).execute();
    return started;
  } catch (error) {
    if (!isAppError(error) || !THEIR_OWN.includes(error.code)) throw error;
    ctx.log.warn({ pipelineId: run.pipelineId, triggerId: run.triggerId, code: error.code }, "a pipeline could not be started by its trigger");
    return undefined;
  }
}
