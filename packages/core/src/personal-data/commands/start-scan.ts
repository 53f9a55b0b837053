import { cancelJob } from "@granary/jobs";
import type { Id } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireOwnOr } from "../on-dataset.ts";
import { findRunningScan } from "../store.ts";

/** Somebody waits for it, though not before an open page. */
const PRIORITY = 5;

/** Queues a look at the newest version; asked again while it waits or runs, the same one. Throws `dataset.not_ready`. */
export function startScan(ctx: Ctx, idOrName: string): Promise<{ jobId: Id<"job"> }> {
  return ctx.tx(async (ctx) => {
    const dataset = await requireOwnOr(ctx, idOrName, "privacy:manage");
    if (dataset.data_version === 0) throw problem("dataset.not_ready");
    const uniqueKey = `${dataset.id}@${dataset.data_version}`;
    return { jobId: await ctx.enqueue("personal_data.scan", { datasetId: dataset.id }, { priority: PRIORITY, uniqueKey }) };
  });
}

/** Stops looks at a dataset that wait or run; nothing when there is none. */
export function cancelScan(ctx: Ctx, idOrName: string): Promise<void> {
  return ctx.tx(async (ctx) => {
    const dataset = await requireOwnOr(ctx, idOrName, "privacy:manage");
    const jobId = await findRunningScan(ctx.db, dataset.id);
    if (jobId === undefined) return;
    await cancelJob(ctx.db, jobId as Id<"job">);
    await ctx.record({ type: "job.cancelled", subject: { id: jobId, label: "personal_data.scan" }, data: { dataset: dataset.id } });
  });
}
