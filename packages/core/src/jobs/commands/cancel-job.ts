import { cancelJob as cancel } from "@granary/jobs";
import type { Id } from "@granary/kernel";
import type { Job } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { changeJob } from "./change-job.ts";

/** Cancels a waiting job, or asks a running one to stop. Throws `job.not_found` and `job.ended`. */
export function cancelJob(ctx: Ctx, id: Id<"job">): Promise<Job> {
  return changeJob(ctx, id, "job.cancelled", cancel);
}
