import { problem, type RunSummary } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentSummary } from "../present.ts";
import { stateWords } from "../rules.ts";
import { requireRunRow } from "../store.ts";
import { startRun } from "./start-run.ts";

export interface RetryOptions {
  /** Takes nothing over. */
  readonly fromStart: boolean;
  /** The newest version of the pipeline instead of the run's. */
  readonly latest: boolean;
}

/** Runs again what failed or was cancelled, as a new run that takes the outputs of finished steps over. Throws `run.not_found` and `run.state_wrong`. */
export function retryRun(ctx: Ctx, id: string, { fromStart, latest }: RetryOptions): Promise<RunSummary> {
  return ctx.tx(async (ctx) => {
    const row = await requireRunRow(ctx.db, id);
    if (row.state !== "failed" && row.state !== "cancelled") throw problem("run.state_wrong", { state: stateWords(row.state) });
    const { interval_start: start, interval_end: end } = row;
    const started = await startRun(ctx, {
      pipelineId: row.pipeline_id,
      ...(latest ? {} : { version: row.pipeline_version }),
      cause: "retry",
      parameters: row.parameters,
      interval: start === null || end === null ? undefined : { start, end },
      partition: row.partition ?? undefined,
      backfillId: row.backfill_id ?? undefined,
      isDry: row.is_dry,
      retryOf: fromStart ? undefined : id,
      replayOf: row.replay_of ?? undefined,
      replayNodes: row.replay_nodes,
      priority: row.priority,
    });
    if (started === undefined) throw problem("run.not_found");
    return presentSummary(ctx.principal, started);
  });
}
