import { z } from "zod";

interface JobSpec {
  readonly payload: z.ZodType;
  /** What people see on the jobs page. */
  readonly title: string;
  /** Attempts in all before it counts as failed; 5 when left out. */
  readonly maxAttempts?: number;
  /** Seconds one attempt may take; 300 when left out. */
  readonly deadlineS?: number;
}

const nothing = z.strictObject({});

/** Every background job by name. The worker refuses to start when a name has no handler or a handler no name. */
export const JOBS = {
  "mail.send": { payload: z.object({ mailId: z.string() }), title: "Send a mail" },
  "dataset.import": { payload: z.strictObject({ batchId: z.string() }), title: "Import a file into a dataset", maxAttempts: 3, deadlineS: 21_600 },
  "sql.store": { payload: z.strictObject({ batchId: z.string() }), title: "Store the rows of a SQL query in a dataset", maxAttempts: 3, deadlineS: 21_600 },
  "dataset.download": { payload: z.strictObject({ downloadId: z.string() }), title: "Write rows of a dataset to a file", maxAttempts: 2, deadlineS: 21_600 },
  "change.compute": {
    payload: z.strictObject({ changeId: z.string(), revision: z.int() }),
    title: "Compare proposed rows with a dataset",
    maxAttempts: 3,
    deadlineS: 21_600,
  },
  "change.merge": { payload: z.strictObject({ changeId: z.string() }), title: "Merge a change request", maxAttempts: 3, deadlineS: 21_600 },
  "pipeline.run": { payload: z.strictObject({ runId: z.string() }), title: "Run a pipeline", maxAttempts: 20, deadlineS: 604_800 },
  "maintenance.runs": { payload: nothing, title: "Remove outputs, logs and rejected rows of runs that ended long ago", deadlineS: 3_600 },
  "personal_data.scan": {
    payload: z.strictObject({ datasetId: z.string() }),
    title: "Look for personal data in a dataset",
    maxAttempts: 3,
    deadlineS: 3_600,
  },
  "maintenance.downloads": { payload: nothing, title: "Remove files of downloads that have expired" },
  "maintenance.sql": { payload: nothing, title: "Remove results of SQL queries that have expired, and old queries" },
  "maintenance.expired": { payload: nothing, title: "Remove expired sessions, tokens and idempotency keys" },
  "maintenance.jobs": { payload: z.strictObject({ keepDays: z.int().min(1).default(30) }), title: "Remove jobs finished long ago" },
  "maintenance.files": { payload: nothing, title: "Remove files that cut-off uploads, downloads and commits left behind", deadlineS: 3_600 },
  "maintenance.tables": {
    payload: z.strictObject({ after: z.string().default(""), sliceS: z.int().min(0).default(600) }),
    title: "Compact tables and free what they no longer need",
    deadlineS: 7_200,
  },
  "maintenance.catalog": { payload: nothing, title: "Empty the trash of datasets and tidy the words they are found by", deadlineS: 3_600 },
  "maintenance.notifications": { payload: z.strictObject({ keepDays: z.int().min(1).default(90) }), title: "Remove old notifications" },
} as const satisfies Record<string, JobSpec>;

export type JobName = keyof typeof JOBS;

export const JOB_NAMES = Object.keys(JOBS) as [JobName, ...JobName[]];

/** What a caller gives when queueing; defaults are filled in. */
export type JobPayload<N extends JobName> = z.input<(typeof JOBS)[N]["payload"]>;

/** What a handler receives. */
export type JobInput<N extends JobName> = z.output<(typeof JOBS)[N]["payload"]>;

/** What a job declares, with its defaults. */
export function jobSpec(name: JobName): Required<JobSpec> {
  return { maxAttempts: 5, deadlineS: 300, ...(JOBS[name] as JobSpec) };
}

/** A job's title for people; its name where another program version queued it. */
export function jobTitle(name: string): string {
  return name in JOBS ? JOBS[name as JobName].title : name;
}

/** The states of a job; `succeeded`, `failed` and `cancelled` end it. */
export const JOB_STATES = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
export type JobState = (typeof JOB_STATES)[number];

export const JOB_LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type JobLogLevel = (typeof JOB_LOG_LEVELS)[number];
