import type { Writer } from "@granary/db";
import type { Id } from "@granary/kernel";
import type { JobName, JobState } from "@granary/protocol";
import { type RawBuilder, sql } from "kysely";
import { isEnded, MOVES, type MoveName } from "./rules.ts";

/** A job as a move leaves it. */
export interface JobRow {
  readonly id: Id<"job">;
  readonly workspaceId: Id<"workspace"> | null;
  readonly name: JobName;
  readonly payload: unknown;
  readonly state: JobState;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly leaseToken: number;
  readonly correlationId: string;
  readonly startedBy: Id<"user"> | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface MoveOptions {
  /** A SELECT of the column `id`: the jobs to move. Those that are in no state the move allows stay as they are. */
  readonly pick: RawBuilder<unknown>;
  /** Further assignments, such as `result = ...`. */
  readonly set?: RawBuilder<unknown>;
}

/** What followers see of a job; the payload of the channel `granary_progress`. */
export const jobNoticeSql = sql`json_build_object('workspaceId', workspace_id, 'id', id, 'name', name, 'state', state, 'attempts', attempts, 'progress', progress)::text`;

/**
 * The one function that changes a job's state. A job that leaves `running` loses its lease, one that ends gets its end;
 * workers hear of jobs that wait again, followers of every move. Answers the jobs that moved.
 */
export async function moveJobs(db: Writer, name: MoveName, options: MoveOptions): Promise<JobRow[]> {
  const { from, to } = MOVES[name];
  const lease = to === "running" ? sql`` : sql`, lease_owner = null, lease_until = null`;
  const end = isEnded(to) ? sql`, finished_at = clock_timestamp()` : sql`, finished_at = null`;
  const set = options.set === undefined ? sql`` : sql`, ${options.set}`;
  const wake = to === "queued" ? sql`pg_notify('granary_jobs', '')` : sql`null`;
  const { rows } = await sql<JobRow>`
    with picked as materialized (${options.pick}),
    moved as (
      update jobs set state = ${sql.lit(to)}${lease}${end}${set}
      from picked where jobs.id = picked.id and jobs.state in (${sql.join(from.map((state) => sql.lit(state)))})
      returning jobs.*
    )
    select id, workspace_id as "workspaceId", name, payload, state, attempts, max_attempts as "maxAttempts", lease_token as "leaseToken",
      correlation_id as "correlationId", started_by as "startedBy", error, pg_notify('granary_progress', ${jobNoticeSql}), ${wake}
    from moved`.execute(db);
  return rows;
}
