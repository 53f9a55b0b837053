import type { RunSummary } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { moveRun } from "../move-run.ts";
import { presentSummary } from "../present.ts";
import { promoteRuns } from "../promote-runs.ts";
import { holdRun, requireRunRow } from "../store.ts";

/** Lets a paused run go on behind its finished steps, when its turn comes. Throws `run.not_found` and `run.state_wrong`. */
export function resumeRun(ctx: Ctx, id: string): Promise<RunSummary> {
  return ctx.tx(async (ctx) => {
    const row = await holdRun(ctx.db, id);
    await moveRun(ctx, row, "resume", { fields: { job_id: null, wanted: null } });
    await promoteRuns(ctx, row.pipeline_id);
    return presentSummary(ctx.principal, await requireRunRow(ctx.db, id));
  });
}
