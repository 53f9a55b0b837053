import { JOB_NAMES, type JobInput, type JobName, problem } from "@granary/protocol";
import type { RunningJob } from "./running-job.ts";

/**
 * Does one job. `ctx` is what the worker's owner makes for it. What it answers is stored as the job's result and shown to
 * people; it must be small and hold no secret. A thrown AppError with the hint `later` and every unknown error are tried
 * again; other errors end the job.
 */
export type JobHandler<C, N extends JobName> = (ctx: C, payload: JobInput<N>, job: RunningJob) => Promise<unknown>;

export type JobHandlers<C> = { readonly [N in JobName]: JobHandler<C, N> };

/** The handlers one feature brings: `export const mailJobs = { "mail.send": ... } satisfies JobHandlerGroup<Ctx>`. */
export type JobHandlerGroup<C> = Partial<JobHandlers<C>>;

/** Puts the features' handlers together; throws `job.handler_mismatch` unless every name has exactly one handler and every handler a name. */
export function defineJobHandlers<C>(groups: readonly JobHandlerGroup<C>[]): JobHandlers<C> {
  const all = groups.flatMap((group) => Object.keys(group));
  const details = [
    ...all.filter((name, index) => all.indexOf(name) !== index).map((name) => `${name} has two handlers`),
    ...all.filter((name) => !(JOB_NAMES as readonly string[]).includes(name)).map((name) => `${name} is not a job of the protocol`),
    ...JOB_NAMES.filter((name) => !all.includes(name)).map((name) => `${name} has no handler`),
  ];
  if (details.length > 0) throw problem("job.handler_mismatch", { detail: details.join("; ") });
  return Object.assign({}, ...groups) as JobHandlers<C>;
}
