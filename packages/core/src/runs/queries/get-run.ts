import type { Run, RunStep } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { paceOf } from "../pace.ts";
import { presentRun, presentStep, presentSummary } from "../present.ts";
import { getDocument, listStepRows, requireRunRow } from "../store.ts";

/** A run with its steps in the order of its document. Throws `run.not_found`. */
export async function getRun(ctx: Ctx, id: string): Promise<Run> {
  const row = await requireRunRow(ctx.db, id);
  const document = await getDocument(ctx.db, row.pipeline_id, row.pipeline_version);
  const steps = new Map((await listStepRows(ctx.db, id)).map((step) => [step.node, step]));
  const pace = row.state === "running" ? (await paceOf(ctx.db, [row.pipeline_id])).get(row.pipeline_id) : undefined;
  const shown = document.nodes.flatMap((node): RunStep[] => {
    const step = steps.get(node.id);
    return step === undefined ? [] : [presentStep(step, node)];
  });
  return presentRun(presentSummary(ctx.principal, row, { pace, now: ctx.services.clock.now() }), row, shown);
}

/** Throws `run.not_found` unless there is such a run in the workspace. */
export async function requireRun(ctx: Ctx, id: string): Promise<void> {
  await requireRunRow(ctx.db, id);
}
