import { setTimeout as delay } from "node:timers/promises";
import { type Database, isConnectionFailure } from "@granary/db";
import { isAppError, type Logger } from "@granary/kernel";
import { ERRORS, errorSpec, jobSpec, problem } from "@granary/protocol";
import { sql } from "kysely";
import type { JobHandler, JobHandlers } from "./define-job-handlers.ts";
import { createJobReport } from "./job-report.ts";
import { type FailureHook, underLease } from "./leases.ts";
import { type JobRow, moveJobs } from "./move-jobs.ts";
import { judge, type StopReason, type Verdict } from "./rules.ts";
import { createRunningJob, type RunningJob, succeed } from "./running-job.ts";
import type { Timing } from "./timing.ts";

const SETTLE_AGAIN_MS = 500;

export interface RunOptions<C> {
  readonly database: Database;
  readonly log: Logger;
  readonly handlers: JobHandlers<C>;
  /** Makes what the handler gets as `ctx`. */
  readonly createContext: (job: RunningJob) => C;
  readonly onFailed: FailureHook;
  readonly timing: Timing;
}

/** A job in the hands of this process. */
export interface Execution {
  readonly job: JobRow;
  /** Tells the handler to stop. Only the first reason counts. */
  stop(reason: StopReason): void;
  /** Resolves when the job has its next state and, if it ever ends, the handler has ended. */
  readonly done: Promise<void>;
  /** Resolves when the job has its next state; the handler may still be running when it ignored the signal. */
  readonly settled: Promise<void>;
}

type Ending = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: unknown };

function stopError(reason: StopReason, job: JobRow): Error {
  if (reason === "cancelled") return problem("job.cancelled");
  if (reason === "deadline") return problem("job.deadline", { seconds: jobSpec(job.name).deadlineS });
  return reason === "stopping" ? problem("server.stopping") : problem("job.lease_lost");
}

/** What people may read of an error: ours as it is, anything else without its detail. */
function shownError(error: unknown): { code: string; message: string } {
  return isAppError(error) ? { code: error.code, message: error.message } : { code: "internal", message: ERRORS.internal.message };
}

async function callHandler<C>(options: RunOptions<C>, row: JobRow, running: RunningJob): Promise<Ending> {
  try {
    const payload = jobSpec(row.name).payload.safeParse(row.payload);
    if (!payload.success) throw problem("request.invalid", {}, { cause: payload.error });
    const handler = options.handlers[row.name] as JobHandler<C, typeof row.name>;
    return { ok: true, result: await handler(options.createContext(running), payload.data as never, running) };
  } catch (error) {
    return { ok: false, error };
  }
}

async function applyVerdict<C>(
  options: RunOptions<C>,
  row: JobRow,
  verdict: Exclude<Verdict, { move: "nothing" }>,
  error: { code: string; message: string },
): Promise<void> {
  const pick = underLease({ id: row.id, token: row.leaseToken });
  const shown = sql`error = ${JSON.stringify(error)}::jsonb`;
  await options.database.tx("system", async (db) => {
    if (verdict.move === "stop") return void (await moveJobs(db, "stop", { pick }));
    if (verdict.move === "hand_back") {
      return void (await moveJobs(db, "hand_back", { pick, set: sql`attempts = jobs.attempts - 1, run_at = clock_timestamp(), progress = null` }));
    }
    if (verdict.move === "postpone") {
      const runAt = sql`run_at = clock_timestamp() + make_interval(secs => ${verdict.delayMs / 1000})`;
      return void (await moveJobs(db, "postpone", { pick, set: sql`${shown}, ${runAt}` }));
    }
    for (const failed of await moveJobs(db, "fail", { pick, set: shown })) await options.onFailed(db, failed);
  });
}

async function settleOnce<C>(options: RunOptions<C>, row: JobRow, ending: Ending, stopReason: StopReason | undefined): Promise<void> {
  const { log } = options;
  const fields = { jobId: row.id, job: row.name, attempt: row.attempts };
  if (ending.ok) {
    await options.database.tx("system", (db) => succeed(db, { id: row.id, token: row.leaseToken }, ending.result));
    log.info(fields, "job succeeded");
    return;
  }
  const error = stopReason === undefined ? ending.error : stopError(stopReason, row);
  const retry = isAppError(error) ? errorSpec(error.code).retry : "later";
  const verdict = judge({ stopReason, retry, attempts: row.attempts, maxAttempts: row.maxAttempts, random: Math.random() });
  if (verdict.move === "nothing") return log.warn(fields, "job taken over by another worker");
  if (verdict.move === "fail" || verdict.move === "postpone") log.error({ ...fields, err: ending.error, verdict }, "job failed");
  else log.info({ ...fields, verdict }, "job stopped");
  await applyVerdict(options, row, verdict, shownError(error));
}

/** A database that is away does not lose the job's end: it is written when the database is back, if the lease still stands then. */
async function settle<C>(options: RunOptions<C>, row: JobRow, ending: Ending, stopReason: () => StopReason | undefined): Promise<void> {
  for (;;) {
    try {
      return await settleOnce(options, row, ending, stopReason());
    } catch (error) {
      if (!isConnectionFailure(error) || stopReason() === "stopping") {
        options.log.error({ err: error, jobId: row.id }, "the end of a job could not be written; its lease will run out");
        return;
      }
      await delay(SETTLE_AGAIN_MS);
    }
  }
}

/** Runs one leased job: deadline, cancellation, progress, and the move to its next state. Never rejects. */
export function runJob<C>(options: RunOptions<C>, row: JobRow): Execution {
  const { timing, database, log } = options;
  const controller = new AbortController();
  let stopReason: StopReason | undefined;
  let graceTimer: NodeJS.Timeout | undefined;
  const outOfPatience = Promise.withResolvers<Ending>();

  function stop(reason: StopReason): void {
    if (stopReason !== undefined) return;
    stopReason = reason;
    const error = stopError(reason, row);
    graceTimer = setTimeout(() => outOfPatience.resolve({ ok: false, error }), reason === "stopping" ? timing.handBackMs : timing.abortGraceMs);
    controller.abort(error);
  }

  const deadline = setTimeout(() => stop("deadline"), timing.deadlineMs ?? jobSpec(row.name).deadlineS * 1000);
  const report = createJobReport({ database, log, job: row, periodMs: timing.reportMs });
  const handling = callHandler(options, row, createRunningJob(row, controller.signal, report));
  const settled = Promise.race([handling, outOfPatience.promise]).then(async (ending) => {
    clearTimeout(deadline);
    clearTimeout(graceTimer);
    await report.close();
    await settle(options, row, ending, () => stopReason);
  });
  return { job: row, stop, settled, done: Promise.all([settled, handling]).then(() => undefined) };
}
