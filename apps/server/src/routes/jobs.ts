import { cancelJob, getJob, getJobStats, listJobLogs, listJobs, retryJob } from "@granary/core/jobs";
import type { jobRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const jobHandlers: HandlersOf<typeof jobRoutes> = {
  "jobs.list": (ctx, { query }) => listJobs(ctx, query),
  "jobs.stats": (ctx) => getJobStats(ctx),
  "jobs.get": (ctx, { params }) => getJob(ctx, params.id),
  "jobs.logs": (ctx, { params, query }) => listJobLogs(ctx, params.id, query),
  "jobs.cancel": (ctx, { params }) => cancelJob(ctx, params.id),
  "jobs.retry": (ctx, { params }) => retryJob(ctx, params.id),
};
