import { isUniqueViolation, type Writer } from "@granary/db";
import { type Id } from "@granary/kernel";
import { type JobState, problem } from "@granary/protocol";
import { sql } from "kysely";
import { moveJobs } from "./move-jobs.ts";
import { isEnded, mayMove } from "./rules.ts";

async function lockedState(db: Writer, id: Id<"job">): Promise<JobState> {
  const row = await db.selectFrom("jobs").select("state").where("id", "=", id).forNoKeyUpdate().executeTakeFirst();
  if (row === undefined) throw problem("job.not_found");
  return row.state;
}

/**
 * Cancels a waiting job, or asks a running one to stop: its worker hears of it when the caller's transaction commits.
 * Throws `job.not_found` and `job.ended`.
 */
export async function cancelJob(db: Writer, id: Id<"job">): Promise<void> {
  const state = await lockedState(db, id);
  if (isEnded(state)) throw problem("job.ended", { state });
  if (mayMove(state, "cancel")) {
    await moveJobs(db, "cancel", { pick: sql`select ${id}::text as id` });
    return;
  }
  await sql`
    with asked as (update jobs set cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()) where id = ${id} returning id)
    select pg_notify('granary_cancel', id) from asked`.execute(db);
}

/** Queues a failed or cancelled job again with all its attempts. Throws `job.not_found`, `job.not_ended` and `job.already_queued`. */
export async function retryJob(db: Writer, id: Id<"job">): Promise<void> {
  const state = await lockedState(db, id);
  if (!mayMove(state, "retry")) throw problem("job.not_ended", { state });
  const set = sql`attempts = 0, run_at = clock_timestamp(), cancel_requested_at = null, error = null, progress = null, started_at = null`;
  try {
    await moveJobs(db, "retry", { pick: sql`select ${id}::text as id`, set });
  } catch (error) {
    if (isUniqueViolation(error, "jobs_unique_key")) throw problem("job.already_queued", {}, { cause: error });
    throw error;
  }
}

/** Removes jobs, and what they said, that ended before this many days; at most `limit` in one call. Answers how many. */
export async function removeEndedJobs(db: Writer, options: { readonly keepDays: number; readonly limit: number }): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    delete from jobs where id in (
      select id from jobs where finished_at < clock_timestamp() - make_interval(days => ${options.keepDays}) order by finished_at limit ${options.limit} for update skip locked
    ) returning id`.execute(db);
  return rows.length;
}
