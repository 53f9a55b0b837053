import type { Listener } from "@granary/db";
import { releasable } from "@granary/kernel";
import { claimJobs, reapLeases, renewLeases } from "./leases.ts";
import { type Execution, type RunOptions, runJob } from "./run-job.ts";
import { TIMING, type Timing } from "./timing.ts";

export interface WorkerOptions<C> extends Omit<RunOptions<C>, "timing"> {
  /** Names this worker in leases; unique among all that ever run, so that its leases can be released when it is known to be dead. */
  readonly owner: string;
  /** Most jobs at once. */
  readonly concurrency: number;
  readonly timing?: Partial<Timing>;
  /**
   * Called when a handler has not ended although its job was taken from it. It holds a slot and perhaps resources for ever:
   * the owner should replace the process.
   */
  readonly onStuck?: (name: string) => void;
}

/** A worker of this process. Disposing it stops it: jobs finish or are handed back within 10 s. */
export interface Worker extends AsyncDisposable {
  /** Ids of the jobs it has. */
  active(): readonly string[];
}

/** Resolves on a call of `wake` or after a while; a call in between is not lost. */
function createBell() {
  let rung = false;
  let ring: (() => void) | undefined;
  return {
    wake() {
      rung = true;
      ring?.();
    },
    async wait(ms: number): Promise<void> {
      if (!rung) {
        const timer = setTimeout(() => ring?.(), ms);
        await new Promise<void>((resolve) => {
          ring = resolve;
        });
        clearTimeout(timer);
      }
      ring = undefined;
      rung = false;
    },
  };
}

/** Starts taking jobs. Resolves when it hears of new ones. */
export async function startWorker<C>(options: WorkerOptions<C>): Promise<Worker> {
  const timing = { ...TIMING, ...options.timing };
  const running = new Map<string, Execution>();
  const bell = createBell();
  let stopping = false;

  function take(execution: Execution): void {
    const key = `${execution.job.id}/${execution.job.leaseToken}`;
    running.set(key, execution);
    void execution.settled.then(() => watchStuck(execution));
    void execution.done.then(() => {
      running.delete(key);
      bell.wake();
    });
  }

  function watchStuck(execution: Execution): void {
    const timer = setTimeout(() => {
      options.log.error({ jobId: execution.job.id, job: execution.job.name }, "a job's handler does not end although the job was taken from it");
      options.onStuck?.(execution.job.name);
    }, timing.abortGraceMs);
    void execution.done.then(() => clearTimeout(timer));
  }

  async function claim(): Promise<boolean> {
    const free = options.concurrency - running.size;
    if (free <= 0) return false;
    const jobs = await options.database.tx("system", (db) => claimJobs(db, { owner: options.owner, limit: free, leaseMs: timing.leaseMs }));
    for (const job of jobs) take(runJob({ ...options, timing }, job));
    return jobs.length === free;
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      const more = await claim().catch((error: unknown) => {
        options.log.warn({ err: error }, "no jobs could be taken; trying again");
        return false;
      });
      if (!more && !stopping) await bell.wait(timing.pollMs);
    }
  }

  const keeper = keepLeases({ ...options, timing }, running);
  const subscriptions = await listen(options.database.listener, { wake: bell.wake, running, check: keeper.check });
  const looping = loop();

  return {
    active: () => [...running.values()].map((execution) => execution.job.id),
    ...releasable(async () => {
      stopping = true;
      bell.wake();
      await looping;
      await drain([...running.values()], timing);
      await keeper.stop();
      for (const subscription of subscriptions) await subscription[Symbol.asyncDispose]();
    }),
  };
}

/** Lets jobs finish for a while, then tells them to stop; each hands itself back if its handler does not end. */
async function drain(executions: readonly Execution[], timing: Timing): Promise<void> {
  const timer = setTimeout(() => {
    for (const execution of executions) execution.stop("stopping");
  }, timing.finishMs);
  await Promise.all(executions.map((execution) => execution.settled));
  clearTimeout(timer);
}

interface Ears {
  readonly wake: () => void;
  readonly check: () => void;
  readonly running: ReadonlyMap<string, Execution>;
}

async function listen(listener: Listener, ears: Ears): Promise<AsyncDisposable[]> {
  return [
    await listener.subscribe("granary_jobs", ears.wake),
    await listener.subscribe("granary_cancel", (id) => {
      // After a reconnect the payload is empty: a cancellation may have been missed.
      if (id === "") ears.check();
      for (const execution of ears.running.values()) if (execution.job.id === id) execution.stop("cancelled");
    }),
  ];
}

/** Heartbeats of the jobs this worker has, and the search for jobs of workers that have none any more. */
function keepLeases<C>(options: WorkerOptions<C> & { readonly timing: Timing }, running: ReadonlyMap<string, Execution>) {
  const { database, log, timing } = options;
  let renewing: Promise<void> | undefined;
  let reaping: Promise<void> | undefined;

  async function renew(): Promise<void> {
    const leases = [...running.values()].map(({ job }) => ({ id: job.id, token: job.leaseToken }));
    if (leases.length === 0) return;
    for (const status of await renewLeases(database, leases, timing.leaseMs)) {
      const execution = running.get(`${status.id}/${status.token}`);
      if (!status.held) execution?.stop("lease_lost");
      else if (status.cancelRequested) execution?.stop("cancelled");
    }
  }

  const check = (): void => {
    renewing ??= renew()
      .catch((error: unknown) => log.warn({ err: error }, "a heartbeat was not written"))
      .finally(() => {
        renewing = undefined;
      });
  };
  const reap = (): void => {
    reaping ??= reapLeases(database, options.onFailed)
      .then((count) => {
        if (count > 0) log.warn({ count }, "jobs of lost workers were freed");
      })
      .catch((error: unknown) => log.warn({ err: error }, "lost workers could not be looked for"))
      .finally(() => {
        reaping = undefined;
      });
  };
  const heartbeat = setInterval(check, timing.heartbeatMs);
  const reaper = setInterval(reap, timing.pollMs);
  return {
    check,
    async stop() {
      clearInterval(heartbeat);
      clearInterval(reaper);
      await Promise.all([renewing, reaping]);
    },
  };
}
