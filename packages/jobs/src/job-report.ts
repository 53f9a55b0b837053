import type { Database } from "@granary/db";
import type { Logger } from "@granary/kernel";
import type { JobLogLevel, JobProgress } from "@granary/protocol";
import { sql } from "kysely";
import type { JobRow } from "./move-jobs.ts";
import { jobNoticeSql } from "./move-jobs.ts";

const MAX_LINES = 10_000;
const MAX_MESSAGE = 2_000;
const MAX_PROGRESS_MESSAGE = 200;

interface Line {
  readonly at: string;
  readonly level: JobLogLevel;
  readonly message: string;
  readonly data: unknown;
}

/** Collects what a job says of itself and writes it at most once a period. */
export interface JobReport {
  progress(progress: JobProgress): void;
  log(level: JobLogLevel, message: string, data?: Readonly<Record<string, unknown>>): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

export interface JobReportOptions {
  readonly database: Database;
  readonly log: Logger;
  readonly job: JobRow;
  readonly periodMs: number;
}

async function writeLines(database: Database, job: JobRow, lines: readonly Line[]): Promise<void> {
  await database.tx("system", (db) =>
    sql`
      insert into job_logs (workspace_id, job_id, attempt, at, level, message, data)
      select ${job.workspaceId}, ${job.id}, ${job.attempts}, l.at, l.level, l.message, l.data
      from rows from (jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as (at timestamptz, level text, message text, data jsonb)) with ordinality as l (at, level, message, data, n)
      order by l.n`.execute(db),
  );
}

async function writeProgress(database: Database, job: JobRow, progress: JobProgress): Promise<void> {
  await database.tx("system", (db) =>
    sql`
      with changed as (
        update jobs set progress = ${JSON.stringify(progress)} where id = ${job.id} and lease_token = ${job.leaseToken} and state = 'running' returning *
      )
      select pg_notify('granary_progress', ${jobNoticeSql}) from changed`.execute(db),
  );
}

export function createJobReport(options: JobReportOptions): JobReport {
  const { database, job } = options;
  let lines: Line[] = [];
  let written = 0;
  let progress: JobProgress | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const taken = { lines, progress };
    lines = [];
    progress = undefined;
    try {
      if (taken.lines.length > 0) await writeLines(database, job, taken.lines);
      if (taken.progress !== undefined) await writeProgress(database, job, taken.progress);
    } catch (error) {
      options.log.warn({ err: error, jobId: job.id }, "a job's progress or log lines could not be written");
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  function schedule(): void {
    timer ??= setTimeout(() => void flush(), options.periodMs);
  }

  return {
    progress(value) {
      progress = { ...value, message: value.message?.slice(0, MAX_PROGRESS_MESSAGE) ?? null };
      schedule();
    },
    log(level, message, data) {
      written += 1;
      if (written > MAX_LINES + 1) return;
      const at = new Date().toISOString();
      lines.push(
        written > MAX_LINES
          ? { at, level: "warn", message: `More than ${MAX_LINES} lines: the rest is left out.`, data: null }
          : { at, level, message: message.slice(0, MAX_MESSAGE), data: data ?? null },
      );
      schedule();
    },
    close: flush,
  };
}
