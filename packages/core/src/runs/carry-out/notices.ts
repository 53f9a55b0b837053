import { AsyncLocalStorage } from "node:async_hooks";
import type { Id } from "@granary/kernel";
import type { RunNotice } from "@granary/protocol";
import { sql } from "kysely";
import type { Services } from "../../context/index.ts";
import { RUN_NOTICES } from "../channels.ts";

const PERIOD_MS = 300;
/** A NOTIFY carries at most 8,000 bytes; a step takes about 150. */
const STEPS_AT_ONCE = 40;

type StepNotice = RunNotice["steps"][number];

/** Tells followers how far a run is; cheap to call often. */
export interface Notices {
  step(step: StepNotice): void;
  /** Something other than a step changed. */
  touch(): void;
  flush(): Promise<void>;
}

/** Collects what changed and tells of it a few times a second, outside of any transaction. */
export function createNotices(services: Services, run: { readonly id: string; readonly workspaceId: Id<"workspace"> }): Notices {
  const outside = AsyncLocalStorage.snapshot();
  const changed = new Map<string, StepNotice>();
  let timer: NodeJS.Timeout | undefined;
  let telling: Promise<void> = Promise.resolve();

  async function tell(): Promise<void> {
    const steps = [...changed.values()];
    changed.clear();
    try {
      await services.database.tx({ workspaceId: run.workspaceId }, async (db) => {
        for (let at = 0; at === 0 || at < steps.length; at += STEPS_AT_ONCE) {
          await sql`
            select pg_notify(${RUN_NOTICES}, json_build_object('workspaceId', workspace_id, 'id', id, 'state', state, 'progress', null, 'counts', counts,
              'steps', ${JSON.stringify(steps.slice(at, at + STEPS_AT_ONCE))}::json,
              'logSeq', coalesce((select max(seq) from run_logs where run_id = runs.id), 0))::text)
            from runs where id = ${run.id}`.execute(db);
        }
      });
    } catch (error) {
      services.log.warn({ err: error, runId: run.id }, "followers of a run could not be told");
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    telling = telling.then(tell);
    return telling;
  }

  const schedule = (): void =>
    outside(() => {
      timer ??= setTimeout(() => void flush(), PERIOD_MS);
    });

  return {
    step(step) {
      changed.set(step.node, step);
      schedule();
    },
    touch: schedule,
    flush: () => outside(flush),
  };
}
