import type { Services } from "@granary/core/context";
import { startEventRelay } from "@granary/core/events";
import { reportFailedJob } from "@granary/core/jobs";
import { CHORES } from "@granary/core/maintenance";
import { createScheduler, ensureSchedules, reapLeases } from "@granary/jobs";
import { releasable } from "@granary/kernel";

/** A cron expression is exact to the second. */
const TICK_MS = 1_000;

/**
 * The clockwork: queues jobs whose tick has come, frees jobs of lost workers, gives events their positions.
 * Any number of processes may run it; the database lets each thing happen once.
 */
export async function startCron(services: Services): Promise<AsyncDisposable> {
  const { database, log } = services;
  await database.tx("system", (db) => ensureSchedules(db, CHORES));
  const relay = await startEventRelay({ database, log });
  const scheduler = createScheduler(database, log);
  const round = async (): Promise<void> => {
    await scheduler.tick();
    await reapLeases(database, (db, job) => reportFailedJob(services, db, job));
  };
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= round()
      .catch((error: unknown) => log.warn({ err: error }, "schedules could not be looked at; trying again"))
      .finally(() => {
        running = undefined;
      });
  }, TICK_MS);
  return releasable(async () => {
    clearInterval(timer);
    await running;
    await relay[Symbol.asyncDispose]();
  });
}
