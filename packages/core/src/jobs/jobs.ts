import { type JobHandlerGroup, removeEndedJobs } from "@granary/jobs";
import type { Ctx } from "../context/index.ts";
import { removeInBatches } from "../maintenance/index.ts";

export const jobJobs = {
  "maintenance.jobs": async (ctx, { keepDays }) => ({ removed: await removeInBatches(ctx, (tx, limit) => removeEndedJobs(tx.db, { keepDays, limit })) }),
} satisfies JobHandlerGroup<Ctx>;
