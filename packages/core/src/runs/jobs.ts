import type { JobHandlerGroup } from "@granary/jobs";
import type { Ctx } from "../context/index.ts";
import { carryOutRun } from "./carry-out/carry-out-run.ts";
import { maintainRuns } from "./maintenance/maintain-runs.ts";

export const runJobs = {
  "pipeline.run": (ctx, { runId }, job) => carryOutRun(ctx, runId, job),
  "maintenance.runs": (ctx) => maintainRuns(ctx),
} satisfies JobHandlerGroup<Ctx>;
