import type { Reader, Writer } from "@granary/db";
import { idFloor } from "@granary/kernel";
import type { JobState } from "@granary/protocol";
import { sql } from "kysely";

/** Which jobs a caller sees: those of the workspace, and for who maintains the installation also those of none. */
export interface Visibility {
  readonly workspaceId: string;
  readonly ofInstallation: boolean;
}

const DAY_MS = 86_400_000;

const visible = ({ workspaceId, ofInstallation }: Visibility) =>
  ofInstallation ? sql<boolean>`(j.workspace_id = ${workspaceId} or j.workspace_id is null)` : sql<boolean>`j.workspace_id = ${workspaceId}`;

const jobs = (db: Reader | Writer, visibility: Visibility) =>
  db
    .selectFrom("jobs as j")
    .leftJoin("users as u", "u.id", "j.started_by")
    .select([
      "j.id",
      "j.workspace_id",
      "j.name",
      "j.state",
      "j.priority",
      "j.attempts",
      "j.max_attempts",
      "j.progress",
      "j.result",
      "j.error",
      "j.correlation_id",
      "j.cancel_requested_at",
      "j.created_at",
      "j.run_at",
      "j.started_at",
      "j.finished_at",
      "u.id as starter_id",
      "u.name as starter_name",
    ])
    .where(visible(visibility));

/** A job the caller sees. */
export function findJobRow(db: Reader | Writer, visibility: Visibility, id: string) {
  return jobs(db, visibility).where("j.id", "=", id).executeTakeFirst();
}

export type JobDetailRow = Awaited<ReturnType<typeof findJobRow>> & {};

export interface JobFilter {
  readonly state?: JobState | undefined;
  readonly name?: string | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

export function listJobRows(db: Reader, visibility: Visibility, filter: JobFilter) {
  return jobs(db, visibility)
    .$if(filter.state !== undefined, (q) => q.where("j.state", "=", filter.state ?? "queued"))
    .$if(filter.name !== undefined, (q) => q.where("j.name", "=", filter.name ?? ""))
    .$if(filter.after !== undefined, (q) => q.where("j.id", "<", filter.after ?? ""))
    .orderBy("j.id", "desc")
    .limit(filter.limit + 1)
    .execute();
}

export function listLogRows(db: Reader, jobId: string, options: { readonly after: number; readonly limit: number }) {
  return db
    .selectFrom("job_logs")
    .select(["seq", "attempt", "at", "level", "message", "data"])
    .where("job_id", "=", jobId)
    .where("seq", ">", options.after)
    .orderBy("seq")
    .limit(options.limit + 1)
    .execute();
}

export interface JobCount {
  readonly name: string;
  readonly state: JobState;
  readonly jobs: number;
  /** Median seconds from start to end. */
  readonly median_s: number | null;
  readonly oldest_wait_s: number | null;
}

/** Jobs by name and state: all that wait or run, and those of the last day that ended. */
export async function countJobs(db: Reader, visibility: Visibility, now: Date): Promise<readonly JobCount[]> {
  return db
    .selectFrom("jobs as j")
    .select([
      "j.name",
      "j.state",
      sql<number>`count(*)::int`.as("jobs"),
      sql<number | null>`percentile_cont(0.5) within group (order by extract(epoch from j.finished_at - j.started_at)::float8)`.as("median_s"),
      sql<number | null>`extract(epoch from clock_timestamp() - min(j.run_at))::float8`.as("oldest_wait_s"),
    ])
    .where(visible(visibility))
    .where((eb) => eb.or([eb("j.state", "in", ["queued", "running"]), eb("j.id", ">=", idFloor("job", now.getTime() - DAY_MS))]))
    .groupBy(["j.name", "j.state"])
    .execute();
}
