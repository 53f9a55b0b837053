import { AsyncLocalStorage } from "node:async_hooks";
import type { Writer } from "@granary/db";
import type { Id } from "@granary/kernel";
import { type JobLogLevel, type JobName, problem } from "@granary/protocol";
import { sql } from "kysely";
import type { JobReport } from "./job-report.ts";
import { assertLease, type Lease, underLease } from "./leases.ts";
import { type JobRow, moveJobs } from "./move-jobs.ts";

/** A job as its handler sees it. */
export interface RunningJob {
  readonly id: Id<"job">;
  readonly name: JobName;
  readonly workspaceId: Id<"workspace"> | null;
  readonly correlationId: string;
  readonly startedBy: Id<"user"> | null;
  /** 1 for the first try. */
  readonly attempt: number;
  /** No other attempt follows if this one fails. */
  readonly lastAttempt: boolean;
  /** Aborted when the job is cancelled, too late, lost to another worker, or the worker stops. */
  readonly signal: AbortSignal;
  /** Tells followers how far it is; cheap to call often. `total` stays out while nobody knows it. */
  progress(done: number, total?: number, message?: string): void;
  /** Adds a line to the job's log, which people with `job:read` see. No secrets, no table data. */
  log(level: JobLogLevel, message: string, data?: Readonly<Record<string, unknown>>): void;
  /** To be called in every transaction that commits work: throws `job.lease_lost` when another worker has the job. */
  assertLease(db: Writer): Promise<void>;
  /** Ends the job as succeeded in the caller's transaction, so that its work and its end commit together. Throws `job.lease_lost`. */
  finish(db: Writer, result?: unknown): Promise<void>;
}

/** Ends a job as succeeded if its lease still stands. Answers whether it did. */
export async function succeed(db: Writer, lease: Lease, result: unknown): Promise<boolean> {
  const moved = await moveJobs(db, "succeed", { pick: underLease(lease), set: sql`result = ${JSON.stringify(result ?? null)}::jsonb, error = null` });
  return moved.length === 1;
}

export function createRunningJob(row: JobRow, signal: AbortSignal, report: JobReport): RunningJob {
  const lease: Lease = { id: row.id, token: row.leaseToken };
  // Reports are written by timers, which must not inherit the transaction a handler reported from.
  const outside = AsyncLocalStorage.snapshot();
  const finishedIn = new WeakSet<Writer>();
  return {
    id: row.id,
    name: row.name,
    workspaceId: row.workspaceId,
    correlationId: row.correlationId,
    startedBy: row.startedBy,
    attempt: row.attempts,
    lastAttempt: row.attempts >= row.maxAttempts,
    signal,
    progress: (done, total, message) => outside(() => report.progress({ done, total: total ?? null, message: message ?? null })),
    log: (level, message, data) => outside(() => report.log(level, message, data)),
    async assertLease(db) {
      if (!finishedIn.has(db)) await assertLease(db, lease);
    },
    async finish(db, result) {
      if (!(await succeed(db, lease, result))) throw problem("job.lease_lost");
      finishedIn.add(db);
    },
  };
}
