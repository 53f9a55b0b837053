import { cancelJob } from "@granary/jobs";
import type { Id } from "@granary/kernel";
import { type Batch, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { batchSight, presentBatch } from "../present.ts";
import { requireBatch } from "../queries/get-batch.ts";

/** Stops a load that has not ended; one that is running is asked to, and shows as failed when it has. Throws `job.ended`. */
export function cancelBatch(ctx: Ctx, dataset: string, batchId: string): Promise<Batch> {
  return ctx.tx(async (ctx) => {
    const found = await requireBatch(ctx, dataset, batchId, "contributor");
    if (found.batch.status !== "importing" || found.batch.job_id === null) throw problem("job.ended", { state: found.batch.status });
    await cancelJob(ctx.db, found.batch.job_id as Id<"job">);
    await ctx.record({ type: "dataset.load_cancelled", subject: { id: found.dataset.id, label: found.dataset.name }, data: { batchId } });
    return presentBatch((await requireBatch(ctx, dataset, batchId)).batch, batchSight(found.dataset));
  });
}
