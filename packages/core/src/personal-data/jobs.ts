import type { JobHandlerGroup } from "@granary/jobs";
import type { Ctx } from "../context/index.ts";
import { scanDataset } from "./commands/scan-dataset.ts";

export const personalDataJobs = {
  "personal_data.scan": (ctx, { datasetId }, job) => scanDataset(ctx, datasetId, job),
} satisfies JobHandlerGroup<Ctx>;
