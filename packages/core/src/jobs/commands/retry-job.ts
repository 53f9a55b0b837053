import { retryJob as retry } from "@granary/jobs";
import type { Id } from "@granary/kernel";
import type { Job } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { changeJob } from "./change-job.ts";

/** Queues a failed or cancelled job again. Throws `job.not_found`, `job.not_ended` and `job.already_queued`. */
export function retryJob(ctx: Ctx, id: Id<"job">): Promise<Job> {
  return changeJob(ctx, id, "job.retried", retry);
}
