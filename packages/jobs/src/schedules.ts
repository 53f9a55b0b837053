import type { Database, Writer } from "@granary/db";
import { type Id, type Logger, newId } from "@granary/kernel";
import type { JobName, JobPayload } from "@granary/protocol";
import { sql } from "kysely";
import { dueTick, nextTick, parseCron, type ScheduleRule } from "./due-tick.ts";
import { enqueueJob } from "./enqueue-job.ts";

/** One scheduler at a time looks for due ticks; the number is arbitrary and used nowhere else. */
const SCHEDULER_LOCK = 4_400_301;

/** A job that is queued by the clock. */
export interface Schedule<N extends JobName = JobName> extends ScheduleRule {
  readonly id: string;
  readonly name: N;
  readonly payload: JobPayload<N>;
}

interface ScheduleRow extends ScheduleRule {
  readonly id: string;
  readonly workspaceId: Id<"workspace"> | null;
  readonly name: JobName;
  readonly payload: unknown;
  readonly lastTickAt: Date;
  readonly now: Date;
}

/** Writes the installation's own schedules, at start. What changed in the program is changed in the table; ticks already run are kept. */
export async function ensureSchedules(db: Writer, schedules: readonly Schedule[]): Promise<void> {
  for (const schedule of schedules) {
    parseCron(schedule.cron, schedule.timeZone);
    const values = {
      job_name: schedule.name,
      payload: JSON.stringify(schedule.payload),
      cron: schedule.cron,
      time_zone: schedule.timeZone,
      missed: schedule.missed,
    };
    await db
      .insertInto("job_schedules")
      .values({ id: schedule.id, ...values })
      .onConflict((conflict) => conflict.column("id").doUpdateSet(values))
      .execute();
  }
}

/** Looks for due ticks; remembers when each schedule is due next, so that a look costs one small query. */
export interface Scheduler {
  /** Queues a job for every tick that is due by the database's clock. Answers how many. */
  tick(): Promise<number>;
}

/** Makes a scheduler; any number of them in any number of processes run each tick once. */
export function createScheduler(database: Database, log: Logger): Scheduler {
  const due = new Map<string, { readonly key: string; readonly nextAt: Date | undefined }>();

  function isDue(row: ScheduleRow): boolean {
    const key = `${row.cron}|${row.timeZone}|${row.lastTickAt.getTime()}`;
    let known = due.get(row.id);
    if (known?.key !== key) {
      known = { key, nextAt: nextOf(row) };
      due.set(row.id, known);
    }
    return known.nextAt !== undefined && known.nextAt <= row.now;
  }

  function nextOf(row: ScheduleRow): Date | undefined {
    try {
      return nextTick(row, row.lastTickAt);
    } catch (error) {
      log.error({ err: error, schedule: row.id }, "a schedule cannot be read and does not run");
      return undefined;
    }
  }

  return {
    async tick() {
      const rows = (await schedulesOf(database)).filter(isDue);
      if (rows.length === 0) return 0;
      return database.tx("system", async (db) => {
        const { rows: locked } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${SCHEDULER_LOCK}) as mine`.execute(db);
        if (locked[0]?.mine !== true) return 0;
        let queued = 0;
        for (const row of rows) if (await runTick(db, row)) queued += 1;
        return queued;
      });
    },
  };
}

async function schedulesOf(database: Database): Promise<ScheduleRow[]> {
  const rows = await database
    .reader("system")
    .selectFrom("job_schedules")
    .select(["id", "workspace_id", "job_name", "payload", "cron", "time_zone", "missed", "last_tick_at", sql<Date>`clock_timestamp()`.as("now")])
    .where("enabled", "=", true)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    workspaceId: row.workspace_id as Id<"workspace"> | null,
    name: row.job_name as JobName,
    payload: row.payload,
    cron: row.cron,
    timeZone: row.time_zone,
    missed: row.missed,
    lastTickAt: row.last_tick_at,
    now: row.now,
  }));
}

/** Moves the schedule forward only from where it was read: of two schedulers that saw the same tick, one finds nothing to move. */
async function runTick(db: Writer, row: ScheduleRow): Promise<boolean> {
  const tick = dueTick(row, row.lastTickAt, row.now);
  if (tick === undefined) return false;
  const moved = await db
    .updateTable("job_schedules")
    .set({ last_tick_at: tick.at })
    .where("id", "=", row.id)
    // The column keeps microseconds, a Date milliseconds.
    .where(sql<boolean>`date_trunc('milliseconds', last_tick_at) = ${row.lastTickAt}`)
    .where("enabled", "=", true)
    .executeTakeFirst();
  if (moved.numUpdatedRows !== 1n || !tick.run) return false;
  const jobId = await enqueueJob(db, {
    name: row.name,
    payload: row.payload as JobPayload<JobName>,
    workspaceId: row.workspaceId,
    correlationId: newId("request", row.now.getTime()),
    now: row.now,
    priority: -10,
    uniqueKey: `schedule:${row.id}`,
    tick: { scheduleId: row.id, at: tick.at },
  });
  await db.updateTable("job_schedules").set({ last_job_id: jobId }).where("id", "=", row.id).execute();
  return true;
}
