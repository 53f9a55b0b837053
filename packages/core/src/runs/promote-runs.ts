import type { PipelineDocument } from "@granary/protocol";
import { sql } from "kysely";
import type { TxCtx } from "../context/index.ts";

/**
 * Queues jobs for waiting runs of a pipeline as far as its limit allows, the most urgent and then the oldest first. The one place that
 * does it: called behind the pipeline's lock whenever a run comes or goes.
 */
export async function promoteRuns(ctx: TxCtx, pipelineId: string): Promise<void> {
  const pipeline = await ctx.db
    .selectFrom("pipelines as p")
    .innerJoin("pipeline_versions as v", (join) => join.onRef("v.pipeline_id", "=", "p.id").onRef("v.number", "=", "p.version_number"))
    .select(sql<PipelineDocument["settings"]>`v.document -> 'settings'`.as("settings"))
    .where("p.id", "=", pipelineId)
    .executeTakeFirst();
  if (pipeline === undefined) return;
  // Paused runs hold no place: somebody may forget one for a week. Dry runs and those that take one over have none either.
  const { busy } = await ctx.db
    .selectFrom("runs")
    .select(sql<number>`count(*)::int`.as("busy"))
    .where("pipeline_id", "=", pipelineId)
    .where("ended_at", "is", null)
    .where("job_id", "is not", null)
    .where("state", "!=", "paused")
    .where("is_dry", "=", false)
    .executeTakeFirstOrThrow();
  const free = pipeline.settings.maxConcurrent - busy;
  const waiting = await ctx.db
    .selectFrom("runs")
    .select(["id", "priority", "started_by"])
    .where("pipeline_id", "=", pipelineId)
    .where("state", "=", "queued")
    .where("job_id", "is", null)
    .orderBy("priority", "desc")
    .orderBy("id")
    .limit(Math.max(0, free))
    .execute();
  for (const run of waiting) await queueRun(ctx, run);
}

/** Queues the job that carries a run out, now or later. */
export async function queueRun(ctx: TxCtx, run: { readonly id: string; readonly priority: number }, runAt?: Date): Promise<string> {
  // Nobody is told of the job's failure: the run tells of its own.
  const options = { priority: run.priority, startedBy: null, ...(runAt === undefined ? {} : { runAt }) };
  const jobId = await ctx.enqueue("pipeline.run", { runId: run.id }, options);
  await ctx.db.updateTable("runs").set({ job_id: jobId }).where("id", "=", run.id).execute();
  return jobId;
}
