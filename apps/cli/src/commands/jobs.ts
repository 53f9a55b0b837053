import type { Client } from "@granary/client";
import type { Job, JobLogLine, JobName, JobState } from "@granary/protocol";
import { type Command, Option } from "commander";
import type { Column } from "../output/index.ts";
import { connect, type Connection, type Shell } from "../shell.ts";
import { readPages, withListOptions } from "./list-options.ts";

const STATES = ["queued", "running", "succeeded", "failed", "cancelled"] as const satisfies readonly JobState[];

function progressOf({ progress }: Job): string {
  if (progress === null) return "";
  const share = progress.total === null ? String(progress.done) : `${progress.done} of ${progress.total}`;
  return progress.message === null ? share : `${share} ${progress.message}`;
}

const stateOf = (job: Job): string => (job.cancelling ? "cancelling" : job.state);

const COLUMNS: readonly Column<Job>[] = [
  { title: "Job", of: (job) => job.title },
  { title: "State", of: stateOf },
  { title: "Tries", of: (job) => job.attempts, kind: "number" },
  { title: "Created", of: (job) => job.createdAt, kind: "instant" },
  { title: "Finished", of: (job) => job.finishedAt, kind: "instant" },
  { title: "Started by", of: (job) => job.startedBy?.name },
  { title: "Id", of: (job) => job.id },
];

const FIELDS: readonly Column<Job>[] = [
  { title: "Job", of: (job) => `${job.title} (${job.name})` },
  { title: "Id", of: (job) => job.id },
  { title: "State", of: stateOf },
  { title: "Progress", of: progressOf },
  { title: "Tries", of: (job) => `${job.attempts} of ${job.maxAttempts}` },
  { title: "Error", of: (job) => (job.error === null ? null : `${job.error.message} (${job.error.code})`) },
  { title: "Started by", of: (job) => job.startedBy?.name },
  { title: "Created", of: (job) => job.createdAt, kind: "instant" },
  { title: "Started", of: (job) => job.startedAt, kind: "instant" },
  { title: "Finished", of: (job) => job.finishedAt, kind: "instant" },
  { title: "Correlation id", of: (job) => job.correlationId },
];

const LOG: readonly Column<JobLogLine>[] = [
  { title: "At", of: (line) => line.at, kind: "instant" },
  { title: "Try", of: (line) => line.attempt, kind: "number" },
  { title: "Level", of: (line) => line.level },
  { title: "Message", of: (line) => line.message },
];

type Change = (client: Client, id: Job["id"]) => Promise<Job>;

const CHANGES: Readonly<Record<string, readonly [change: Change, description: string]>> = {
  cancel: [(client, id) => client.call("jobs.cancel", { params: { id } }), "cancel a job that waits or runs"],
  retry: [(client, id) => client.call("jobs.retry", { params: { id } }), "queue a failed or cancelled job again"],
};

interface ListJobsOptions {
  readonly limit: number;
  readonly all?: boolean;
  readonly state?: JobState;
  readonly name?: JobName;
}

async function showJob({ client, output }: Connection, id: Job["id"], withLog: boolean): Promise<void> {
  const job = await client.call("jobs.get", { params: { id } });
  if (!withLog) return output.record(job, FIELDS);
  const log = await readPages<JobLogLine>({ limit: 0, all: true }, (query) => client.call("jobs.logs", { params: { id }, query }));
  if (output.json) return output.value({ ...job, log: log.items });
  output.record(job, FIELDS);
  output.list(log, LOG, "The job has said nothing.");
}

/** `jobs list, show, cancel, retry`. */
export function addJobs(program: Command, shell: Shell): void {
  const jobs = program.command("jobs").description("background jobs of the workspace");
  withListOptions(jobs.command("list").description("list background jobs, newest first"))
    .addOption(new Option("--state <state>", "jobs in this state").choices(STATES))
    .option("--name <name>", "jobs of this name, such as mail.send")
    .action(async ({ state, name, ...amount }: ListJobsOptions, command: Command) => {
      const { client, output } = await connect(shell, command);
      const page = await readPages(amount, (query) => client.call("jobs.list", { query: { ...query, state, name } }));
      output.list(page, COLUMNS, "There are no such jobs.");
    });
  jobs
    .command("show")
    .description("show a job")
    .argument("<job>", "id of the job")
    .option("--log", "also what it said")
    .action(async (id: Job["id"], options: { log?: boolean }, command: Command) => showJob(await connect(shell, command), id, options.log === true));
  for (const [verb, [change, description]] of Object.entries(CHANGES)) {
    jobs
      .command(verb)
      .description(description)
      .argument("<job>", "id of the job")
      .action(async (id: Job["id"], _options: unknown, command: Command) => {
        const { client, output } = await connect(shell, command);
        const job = await change(client, id);
        output.done(job, `The job ${job.id} is ${stateOf(job)}.`);
      });
  }
}
