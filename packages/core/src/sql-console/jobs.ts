import type { JobHandlerGroup } from "@granary/jobs";
import type { Ctx } from "../context/index.ts";
import { sweepResults } from "./results/sweep-results.ts";

export const sqlJobs = { "maintenance.sql": (ctx) => sweepResults(ctx) } satisfies JobHandlerGroup<Ctx>;
