import type { Writer } from "@granary/db";
import { type Id, newId } from "@granary/kernel";
import { type JobName, type JobPayload, jobSpec } from "@granary/protocol";
import { sql } from "kysely";

export interface EnqueueOptions {
  /** Not before this instant; at once when left out. */
  readonly runAt?: Date;
  /** Higher runs first; 0 is usual, people who wait for an answer get 10, chores -10. */
  readonly priority?: number;
  /**
   * At most one queued or running job of this name and workspace has the key: a further enqueue does nothing and
   * answers the first one's id. Use it where running once after all is enough.
   */
  readonly uniqueKey?: string;
  /** Attempts in all, also those that a dying worker used up; the job's own number when left out. */
  readonly maxAttempts?: number;
  /** The person to tell when it fails. */
  readonly startedBy?: Id<"user"> | null;
  readonly parentId?: Id<"job">;
}

export interface NewJob<N extends JobName> extends EnqueueOptions {
  readonly name: N;
  readonly payload: JobPayload<N>;
  /** Null for work of the whole installation; needs a transaction of the scope `system`. */
  readonly workspaceId: Id<"workspace"> | null;
  /** The id of the request or job it came from; every log line of the job carries it. */
  readonly correlationId: string;
  readonly now: Date;
  /** Set by the scheduler: the schedule and the tick that made it. */
  readonly tick?: { readonly scheduleId: string; readonly at: Date };
}

const MAX_UNIQUE_KEY_ATTEMPTS = 5;

/**
 * Queues a job in the caller's transaction: workers see it when that commits, and never when it rolls back.
 * Throws a ZodError when the payload is not what `JOBS` declares for the name.
 */
export async function enqueueJob<N extends JobName>(db: Writer, job: NewJob<N>): Promise<Id<"job">> {
  const payload = jobSpec(job.name).payload.parse(job.payload);
  for (let attempt = 1; attempt <= MAX_UNIQUE_KEY_ATTEMPTS; attempt += 1) {
    const id = (await insert(db, job, payload)) ?? (await findByUniqueKey(db, job));
    if (id !== undefined) return id as Id<"job">;
  }
  throw new Error(`The job ${job.name} with the key ${job.uniqueKey} kept ending while it was being queued again.`);
}

async function insert(db: Writer, job: NewJob<JobName>, payload: unknown): Promise<string | undefined> {
  // A null run time is "now" by the database's clock: the only clock that decides when a job is due.
  const { rows } = await sql<{ id: string }>`
    with added as (
      insert into jobs (id, workspace_id, name, payload, priority, run_at, unique_key, max_attempts, started_by, parent_id, correlation_id, schedule_id, tick_at)
      values (${newId("job", job.now.getTime())}, ${job.workspaceId}, ${job.name}, ${JSON.stringify(payload)}, ${job.priority ?? 0},
        coalesce(${job.runAt ?? null}::timestamptz, now()), ${job.uniqueKey ?? null}, ${job.maxAttempts ?? jobSpec(job.name).maxAttempts},
        ${job.startedBy ?? null}, ${job.parentId ?? null}, ${job.correlationId}, ${job.tick?.scheduleId ?? null}, ${job.tick?.at ?? null})
      on conflict (coalesce(workspace_id, ''), name, unique_key) where unique_key is not null and state in ('queued', 'running') do nothing
      returning id, run_at
    )
    select id, case when run_at <= now() then pg_notify('granary_jobs', '') end from added`.execute(db);
  return rows[0]?.id;
}

async function findByUniqueKey(db: Writer, job: NewJob<JobName>): Promise<string | undefined> {
  const row = await db
    .selectFrom("jobs")
    .select("id")
    .where("name", "=", job.name)
    .where("unique_key", "=", job.uniqueKey ?? "")
    .where("workspace_id", "is not distinct from", job.workspaceId)
    .where("state", "in", ["queued", "running"])
    .executeTakeFirst();
  return row?.id;
}
