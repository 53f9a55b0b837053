import type { JobHandlerGroup } from "@granary/jobs";
import type { Ctx } from "../context/index.ts";
import { importBatch } from "./commands/import-batch.ts";

export const datasetJobs = {
  "dataset.import": (ctx, { batchId }, job) => importBatch(ctx, batchId, job),
} satisfies JobHandlerGroup<Ctx>;
