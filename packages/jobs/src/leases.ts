import type { Database, Writer } from "@granary/db";
import { ERRORS, JOB_NAMES, problem } from "@granary/protocol";
import { sql } from "kysely";
import { type JobRow, moveJobs } from "./move-jobs.ts";

/** A lease as its holder knows it: the token is what fences. */
export interface Lease {
  readonly id: string;
  readonly token: number;
}

/** Picks the job of a lease, if the lease still stands. */
export const underLease = (lease: Lease) =>
  sql`select id from jobs where id = ${lease.id} and lease_token = ${lease.token} and state = 'running' for no key update`;

export interface ClaimOptions {
  readonly owner: string;
  readonly limit: number;
  readonly leaseMs: number;
}

/** Takes up to `limit` due jobs, the most urgent and then the longest waiting first. Jobs that others are taking are passed over, as are those of a newer program version. */
export async function claimJobs(db: Writer, options: ClaimOptions): Promise<JobRow[]> {
  const jobs = await moveJobs(db, "lease", {
    pick: sql`
      select id from jobs where state = 'queued' and run_at <= clock_timestamp() and name = any(${[...JOB_NAMES]})
      order by priority desc, run_at, id limit ${options.limit} for update skip locked`,
    set: sql`attempts = jobs.attempts + 1, lease_token = jobs.lease_token + 1, lease_owner = ${options.owner},
      lease_until = clock_timestamp() + make_interval(secs => ${options.leaseMs / 1000}), started_at = clock_timestamp(), progress = null, error = null`,
  });
  return jobs.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Makes the caller's transaction fail with `job.lease_lost` unless the lease still stands, and keeps others from taking
 * the job until the transaction ends. The row lock is what makes a zombie's commit impossible.
 */
export async function assertLease(db: Writer, lease: Lease): Promise<void> {
  const { rows } = await underLease(lease).execute(db);
  if (rows.length === 0) throw problem("job.lease_lost");
}

/** A lease as a heartbeat found it. */
export interface LeaseStatus {
  readonly id: string;
  readonly token: number;
  readonly held: boolean;
  readonly cancelRequested: boolean;
}

/**
 * Renews leases. One that ran out but was not given to another worker is renewed too: nobody else has it.
 * A job whose row is locked is in somebody's commit and is passed over; it keeps the lease it has.
 */
export async function renewLeases(database: Database, leases: readonly Lease[], leaseMs: number): Promise<LeaseStatus[]> {
  const ids = leases.map((lease) => lease.id);
  const tokens = leases.map((lease) => lease.token);
  return database.tx("system", async (db) => {
    const { rows } = await sql<LeaseStatus>`
      with mine as (select * from unnest(${ids}::text[], ${tokens}::bigint[]) as l (id, token)),
      locked as materialized (
        select j.id from jobs j join mine on mine.id = j.id and mine.token = j.lease_token where j.state = 'running' for no key update of j skip locked
      ), renewed as (
        update jobs set lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}) from locked where jobs.id = locked.id
      )
      select mine.id, mine.token, coalesce(j.state = 'running' and j.lease_token = mine.token, false) as held,
        coalesce(j.cancel_requested_at is not null, false) as "cancelRequested"
      from mine left join jobs j on j.id = mine.id`.execute(db);
    return rows;
  });
}

/** Called in the transaction in which a job fails for good, so that the failure and what it tells people commit together. */
export type FailureHook = (db: Writer, job: JobRow) => Promise<void>;

async function endLeases(db: Writer, which: ReturnType<typeof sql>, onFailed: FailureHook): Promise<number> {
  const pick = (more: ReturnType<typeof sql>) => sql`select id from jobs where state = 'running' and ${which} and ${more} for update skip locked`;
  const stopped = await moveJobs(db, "stop", { pick: pick(sql`cancel_requested_at is not null`) });
  const abandoned = await moveJobs(db, "abandon", {
    pick: pick(sql`attempts >= max_attempts`),
    set: sql`error = jsonb_build_object('code', 'job.worker_lost', 'message', replace(${ERRORS["job.worker_lost"].message}, '{attempts}', jobs.attempts::text))`,
  });
  const recovered = await moveJobs(db, "recover", { pick: pick(sql`attempts < max_attempts`), set: sql`run_at = clock_timestamp()` });
  for (const job of abandoned) await onFailed(db, job);
  return stopped.length + abandoned.length + recovered.length;
}

/** Frees the jobs of workers that were not heard of for a lease. Answers how many; safe to run in any number of processes. */
export async function reapLeases(database: Database, onFailed: FailureHook): Promise<number> {
  const ended = await database
    .reader("system")
    .selectFrom("jobs")
    .select("id")
    .where("state", "=", "running")
    .where("lease_until", "<", sql<Date>`clock_timestamp()`)
    .limit(1)
    .executeTakeFirst();
  return ended === undefined ? 0 : database.tx("system", (db) => endLeases(db, sql`lease_until < clock_timestamp()`, onFailed));
}

/** Frees the jobs of one worker at once; for who has seen its process end. Answers how many. */
export function releaseLeases(database: Database, owner: string, onFailed: FailureHook): Promise<number> {
  return database.tx("system", (db) => endLeases(db, sql`lease_owner = ${owner}`, onFailed));
}
