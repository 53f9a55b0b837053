import type { Services } from "@granary/core/context";
import { fireSchedules, followEvents, repairSchedules } from "@granary/core/pipelines";

/** The database's clock drifts by less from one round to the next; a larger step back was made by somebody. */
const STEP_BACK_MS = 2_000;
/** Notices of events can be lost; this often they are looked for without one. */
const POLL_ROUNDS = 10;

/** What starts pipelines by itself: schedules each round, datasets and other pipelines as soon as their events have places. */
export interface PipelineClock {
  tick(): Promise<void>;
  /** There are new events. */
  wake(): void;
  /** Resolves once nothing is under way any more. */
  settled(): Promise<void>;
}

export function startPipelineClock(services: Services): PipelineClock {
  let last = Number.POSITIVE_INFINITY;
  let rounds = 0;
  let isWanted = false;
  let following: Promise<void> | undefined;

  async function follow(): Promise<void> {
    while (isWanted) {
      isWanted = false;
      await followEvents(services).catch((error: unknown) => services.log.warn({ err: error }, "events could not be followed for pipelines; trying again"));
    }
  }
  function wake(): void {
    isWanted = true;
    following ??= follow().finally(() => {
      following = undefined;
      if (isWanted) wake();
    });
  }

  return {
    wake,
    async tick() {
      const now = services.clock.now().getTime();
      // The first round counts as a step back: the clock may have been set while nothing ran.
      if (now < last - STEP_BACK_MS) await repairSchedules(services);
      last = now;
      rounds += 1;
      if (rounds % POLL_ROUNDS === 0) wake();
      await fireSchedules(services);
    },
    settled: () => following ?? Promise.resolve(),
  };
}
