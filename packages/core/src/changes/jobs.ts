import type { JobHandlerGroup } from "@granary/jobs";
import type { Ctx } from "../context/index.ts";
import { computeRevision } from "./compute/compute-revision.ts";
import { carryOutMerge } from "./merging/carry-out.ts";

export const changeJobs = {
  "change.compute": (ctx, payload, job) => computeRevision(ctx, payload, job),
  "change.merge": (ctx, { changeId }, job) => carryOutMerge(ctx, changeId, job),
} satisfies JobHandlerGroup<Ctx>;
