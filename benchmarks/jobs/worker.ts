import { openDatabase } from "@granary/db";
import { silentLogger } from "@granary/kernel";
import { JOB_NAMES } from "@granary/protocol";
import { defineJobHandlers, type JobHandlerGroup, type RunningJob, startWorker } from "@granary/jobs";

/** A worker process that says when it begins a job; its jobs of the name `mail.send` go on until they are stopped. */
const { connection, owner } = JSON.parse(process.argv[2] ?? "{}");
const database = openDatabase({ connection, log: silentLogger });
const others = Object.fromEntries(JOB_NAMES.map((name) => [name, async () => undefined])) as JobHandlerGroup<RunningJob>;

await startWorker<RunningJob>({
  database,
  log: silentLogger,
  owner,
  concurrency: 4,
  createContext: (job) => job,
  onFailed: async () => undefined,
  handlers: defineJobHandlers([
    {
      ...others,
      "mail.send": (job) => {
        process.send?.({ began: job.id, attempt: job.attempt });
        return new Promise((_, reject) => job.signal.addEventListener("abort", () => reject(job.signal.reason), { once: true }));
      },
    },
  ]),
});
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true });
