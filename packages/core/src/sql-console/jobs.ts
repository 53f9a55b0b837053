import type { JobHandlerGroup } from "@granary/jobs";
import type { Ctx } from "../context/index.ts";
import { importQuery } from "./storing/import-query.ts";
import { sweepResults } from "./results/sweep-results.ts";

export const sqlJobs = {
  "maintenance.sql": (ctx) => sweepResults(ctx),
  "sql.store": (ctx, { batchId }, job) => importQuery(ctx, batchId, job),
} satisfies JobHandlerGroup<Ctx>;
