import { problem, type RunSummary } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentSummary } from "../present.ts";
import { isEnded, stateWords } from "../rules.ts";
import { requireRunRow } from "../store.ts";
import { startRun } from "./start-run.ts";

/**
 * Runs the rows that a run kept apart through the newest version of its pipeline: they enter where they were kept apart, and nothing
 * else is read again. Throws `run.not_found`, `run.state_wrong` and `run.nothing_to_replay`.
 */
export function replayRun(ctx: Ctx, id: string, nodes: readonly string[]): Promise<RunSummary> {
  return ctx.tx(async (ctx) => {
    const row = await requireRunRow(ctx.db, id);
    if (!isEnded(row.state)) throw problem("run.state_wrong", { state: stateWords(row.state) });
    const some = await ctx.db
      .selectFrom("run_rejects")
      .select("node")
      .where("run_id", "=", id)
      .where("replayed_in", "is", null)
      .$if(nodes.length > 0, (query) => query.where("node", "in", [...nodes]))
      .limit(1)
      .executeTakeFirst();
    if (some === undefined) throw problem("run.nothing_to_replay");
    const { interval_start: start, interval_end: end } = row;
    const started = await startRun(ctx, {
      pipelineId: row.pipeline_id,
      cause: "retry",
      parameters: row.parameters,
      interval: start === null || end === null ? undefined : { start, end },
      partition: row.partition ?? undefined,
      replayOf: id,
      replayNodes: nodes,
    });
    if (started === undefined) throw problem("run.not_found");
    return presentSummary(ctx.principal, started);
  });
}
