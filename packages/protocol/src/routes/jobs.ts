import { z } from "zod";
import { JOB_LOG_LEVELS, JOB_NAMES, JOB_STATES } from "../jobs.ts";
import { route } from "../route.ts";
import { can, id, instant, page, pageQuery } from "../schemas.ts";

export const jobProgress = z.object({
  done: z.number(),
  /** Null while nobody knows how much there is. */
  total: z.number().nullable(),
  message: z.string().nullable(),
});

export type JobProgress = z.infer<typeof jobProgress>;

export const job = z
  .object({
    id: id("job"),
    name: z.enum(JOB_NAMES),
    title: z.string(),
    state: z.enum(JOB_STATES),
    priority: z.number().int(),
    attempts: z.number().int(),
    maxAttempts: z.number().int(),
    progress: jobProgress.nullable(),
    result: z.unknown().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    startedBy: z.object({ id: id("user"), name: z.string() }).nullable(),
    correlationId: z.string(),
    /** Somebody asked it to stop and it has not stopped yet. */
    cancelling: z.boolean(),
    createdAt: instant,
    runAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    can: can("cancel", "retry"),
  })
  .meta({ id: "Job" });

export type Job = z.infer<typeof job>;

export const jobLogLine = z
  .object({
    seq: z.number().int(),
    attempt: z.number().int(),
    at: instant,
    level: z.enum(JOB_LOG_LEVELS),
    message: z.string(),
    data: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: "JobLogLine" });

export type JobLogLine = z.infer<typeof jobLogLine>;

export const jobStats = z
  .object({
    /** Jobs by state; ended ones of the last 24 hours alone. */
    states: z.record(z.enum(JOB_STATES), z.number().int()),
    /** Seconds the job that waits longest has been due. */
    oldestWaitS: z.number(),
    names: z.array(
      z.object({
        name: z.enum(JOB_NAMES),
        title: z.string(),
        queued: z.number().int(),
        running: z.number().int(),
        succeeded: z.number().int(),
        failed: z.number().int(),
        /** Median seconds of a successful job in the last 24 hours. */
        medianS: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: "JobStats" });

export type JobStats = z.infer<typeof jobStats>;

const params = z.strictObject({ id: id("job") });

/** Background jobs of the workspace; instance administrators also see those that belong to no workspace. */
export const jobRoutes = {
  "jobs.list": route({
    method: "GET",
    path: "/jobs",
    tag: "Jobs",
    summary: "List background jobs, newest first",
    access: "job:read",
    query: pageQuery.extend({ state: z.enum(JOB_STATES).optional(), name: z.enum(JOB_NAMES).optional() }),
    responses: { 200: page(job) },
  }),
  "jobs.stats": route({
    method: "GET",
    path: "/jobs/stats",
    tag: "Jobs",
    summary: "Count jobs by state and name",
    access: "job:read",
    responses: { 200: jobStats },
  }),
  "jobs.get": route({
    method: "GET",
    path: "/jobs/{id}",
    tag: "Jobs",
    summary: "Show a background job",
    access: "job:read",
    params,
    responses: { 200: job },
    errors: ["job.not_found"],
  }),
  "jobs.logs": route({
    method: "GET",
    path: "/jobs/{id}/logs",
    tag: "Jobs",
    summary: "Read what a job said, oldest first",
    access: "job:read",
    params,
    query: pageQuery,
    responses: { 200: page(jobLogLine) },
    errors: ["job.not_found"],
  }),
  "jobs.cancel": route({
    method: "POST",
    path: "/jobs/{id}/cancel",
    tag: "Jobs",
    summary: "Cancel a job that waits or runs",
    description: "A waiting job is cancelled at once. A running one is asked to stop and is `cancelling` until it has.",
    access: "job:manage",
    params,
    responses: { 200: job },
    errors: ["job.not_found", "job.ended"],
  }),
  "jobs.retry": route({
    method: "POST",
    path: "/jobs/{id}/retry",
    tag: "Jobs",
    summary: "Queue a failed or cancelled job again",
    access: "job:manage",
    params,
    responses: { 200: job },
    errors: ["job.not_found", "job.not_ended", "job.already_queued"],
  }),
} as const;
