import { isEnded, mayMove } from "@granary/jobs";
import type { Id } from "@granary/kernel";
import { type Job, type JobLogLine, type JobName, type JobStats, JOB_NAMES, JOB_STATES, jobTitle } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import type { JobCount, JobDetailRow, listLogRows } from "./store.ts";

/** A job as its followers see it; the payload is not shown. */
export function presentJob(principal: Principal, row: JobDetailRow): Job {
  const manages = mayDo(principal, "job:manage");
  const cancelling = row.state === "running" && row.cancel_requested_at !== null;
  return {
    id: row.id as Id<"job">,
    name: row.name as JobName,
    title: jobTitle(row.name),
    state: row.state,
    priority: row.priority,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    progress: row.progress as Job["progress"],
    result: row.result,
    error: row.error as Job["error"],
    startedBy: row.starter_id === null || row.starter_name === null ? null : { id: row.starter_id as Id<"user">, name: row.starter_name },
    correlationId: row.correlation_id,
    cancelling,
    createdAt: row.created_at.toISOString(),
    runAt: row.run_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    can: { cancel: manages && !isEnded(row.state) && !cancelling, retry: manages && mayMove(row.state, "retry") },
  };
}

export function presentLogLine(row: Awaited<ReturnType<typeof listLogRows>>[number]): JobLogLine {
  return { seq: row.seq, attempt: row.attempt, at: row.at.toISOString(), level: row.level, message: row.message, data: row.data as JobLogLine["data"] };
}

export function presentStats(counts: readonly JobCount[]): JobStats {
  const sum = (some: readonly JobCount[]) => some.reduce((total, count) => total + count.jobs, 0);
  const waiting = counts.filter((count) => count.state === "queued").map((count) => count.oldest_wait_s ?? 0);
  return {
    states: Object.fromEntries(JOB_STATES.map((state) => [state, sum(counts.filter((count) => count.state === state))])) as JobStats["states"],
    oldestWaitS: Math.max(0, ...waiting),
    names: JOB_NAMES.map((name) => {
      const own = counts.filter((count) => count.name === name);
      const of = (state: JobCount["state"]) => sum(own.filter((count) => count.state === state));
      const medianS = own.find((count) => count.state === "succeeded")?.median_s ?? null;
      return { name, title: jobTitle(name), queued: of("queued"), running: of("running"), succeeded: of("succeeded"), failed: of("failed"), medianS };
    }),
  };
}
