import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Ctx, Services } from "@granary/core/context";
import { createJobCtx, reportFailedJob } from "@granary/core/jobs";
import { type JobHandlers, startWorker, type Worker } from "@granary/jobs";
import { logContext } from "../log-context.ts";
import { jobHandlers } from "./handlers.ts";

/** Jobs at once in a process: they wait for files, mail servers and engine processes more than they compute. */
const CONCURRENCY = 4;

export interface WorkerRoleOptions {
  readonly services: Services;
  readonly handlers?: JobHandlers<Ctx>;
  /** Called when a handler does not end although its job was taken from it; the process should be replaced. */
  readonly onStuck: () => void;
}

export interface WorkerRole extends Worker {
  /** The name in this worker's leases. */
  readonly owner: string;
}

/** Every log line of a handler carries the job's id and that of the request it came from. */
function withLogContext(handlers: JobHandlers<Ctx>): JobHandlers<Ctx> {
  const entries = Object.entries(handlers).map(([name, handler]) => [
    name,
    (ctx: Ctx, payload: never, job: Parameters<typeof handler>[2]) =>
      logContext.run({ requestId: job.correlationId, jobId: job.id }, () => handler(ctx, payload, job)),
  ]);
  return Object.fromEntries(entries) as JobHandlers<Ctx>;
}

/** Takes jobs in this process until disposed. */
export async function startWorkerRole(options: WorkerRoleOptions): Promise<WorkerRole> {
  const { services } = options;
  const owner = `${hostname()}:${process.pid}:${randomBytes(4).toString("hex")}`;
  const worker = await startWorker<Ctx>({
    database: services.database,
    log: services.log,
    owner,
    concurrency: CONCURRENCY,
    handlers: withLogContext(options.handlers ?? jobHandlers()),
    createContext: (job) => createJobCtx(services, job),
    onFailed: (db, job) => reportFailedJob(services, db, job),
    onStuck: options.onStuck,
  });
  services.log.info({ owner }, "worker started");
  return Object.assign(worker, { owner });
}
