import type { Services } from "@granary/core/context";
import { startEventRelay } from "@granary/core/events";
import { reportFailedJob } from "@granary/core/jobs";
import { CHORES } from "@granary/core/maintenance";
import { createScheduler, ensureSchedules, reapLeases } from "@granary/jobs";
import { releasable } from "@granary/kernel";
import { startPipelineClock } from "./pipeline-clock.ts";

/** A cron expression is exact to the second. */
const TICK_MS = 1_000;

/**
 * The clockwork: queues jobs whose tick has come, starts pipelines that are due, frees jobs of lost workers, gives events their positions.
 * Any number of processes may run it; the database lets each thing happen once.
 */
export async function startCron(services: Services): Promise<AsyncDisposable> {
  const { database, log } = services;
  await database.tx("system", (db) => ensureSchedules(db, CHORES));
  const relay = await startEventRelay({ database, log });
  const scheduler = createScheduler(database, log);
  const pipelines = startPipelineClock(services);
  const subscription = await database.listener.subscribe("granary_events", pipelines.wake);
  pipelines.wake();
  const round = async (): Promise<void> => {
    await scheduler.tick();
    await pipelines.tick();
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
    await subscription[Symbol.asyncDispose]();
    await running;
    await pipelines.settled();
    await relay[Symbol.asyncDispose]();
  });
}
