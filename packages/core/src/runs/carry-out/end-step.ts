import type { TxCtx } from "../../context/index.ts";
import { moveStep } from "../move-run.ts";
import type { StepRow } from "../store.ts";
import { MAX_KEPT_REJECTS, type RejectedRow, type StepResult } from "../steps/step-result.ts";
import type { Unit } from "./plan-units.ts";
import type { Work } from "./work.ts";

const AT_ONCE = 500;

/** Keeps rows that did not fit, in place of those an earlier attempt kept. */
export async function keepRejects(ctx: TxCtx, runId: string, node: string, rejects: readonly RejectedRow[]): Promise<void> {
  await ctx.db.deleteFrom("run_rejects").where("run_id", "=", runId).where("node", "=", node).execute();
  const kept = rejects.slice(0, MAX_KEPT_REJECTS);
  for (let at = 0; at < kept.length; at += AT_ONCE) {
    await ctx.db
      .insertInto("run_rejects")
      .values(
        kept.slice(at, at + AT_ONCE).map(({ column, reason, row }, index) => ({
          workspace_id: ctx.workspaceId,
          run_id: runId,
          node,
          seq: at + index + 1,
          column_name: column,
          reason: reason.slice(0, 1_000),
          row: JSON.stringify(row),
        })),
      )
      .execute();
  }
}

/** Tells followers of a step. */
export function tellStep(work: Pick<Work, "notices">, step: StepRow): void {
  const { node, state, attempt, rows_in: rowsIn, rows_out: rowsOut, rejected, progress } = step;
  work.notices.step({ node, state, attempt, rowsIn, rowsOut, rejected, progress });
}

/** Reads a step as a move left it. */
export async function rereadStep(work: Work, step: Pick<StepRow, "node">, change: Partial<StepRow>): Promise<StepRow> {
  const known = work.steps.get(step.node);
  if (known === undefined) throw new Error(`no step of ${step.node}`);
  const next = { ...known, ...change };
  work.steps.set(step.node, next);
  tellStep(work, next);
  return next;
}

/** Ends a step that was computed in another one's statement. */
async function endFused(ctx: TxCtx, step: StepRow | undefined, into: string, sql: string | null): Promise<void> {
  if (step === undefined || step.state === "succeeded") return;
  if (step.state !== "running") await moveStep(ctx, step, "begin");
  await moveStep(ctx, { ...step, state: "running" }, "succeed", { fused_into: into, sql });
}

/** Steps in the same transaction: the piece's own, and those that were computed with it. */
export async function endUnit(ctx: TxCtx, work: Work, unit: Unit, { output, fields, warnings = [], rejects = [], sql = {} }: StepResult): Promise<void> {
  const own = work.steps.get(unit.node.id);
  if (own === undefined) return;
  await keepRejects(ctx, work.row.id, own.node, rejects);
  const move = warnings.length > 0 ? "warn" : "succeed";
  await moveStep(ctx, own, move, { ...fields, fault: null, output: output ?? null, ...(warnings.length === 0 ? {} : { text: warnings.join("; ") }) });
  for (const id of unit.fused) await endFused(ctx, work.steps.get(id), own.node, sql[id] ?? null);
  // Something was finished: what went wrong before no longer counts against the run.
  await ctx.db.updateTable("runs").set({ attempt: 0 }).where("id", "=", work.row.id).execute();
}

/** Brings what the work knows in line with what `endUnit` committed. */
export async function noteEnd(work: Work, unit: Unit, { output, fields, warnings = [] }: StepResult): Promise<void> {
  if (output !== undefined) work.outputs.set(unit.node.id, output);
  await rereadStep(
    work,
    { node: unit.node.id },
    {
      state: warnings.length > 0 ? "warned" : "succeeded",
      rows_in: fields.rows_in ?? null,
      rows_out: fields.rows_out ?? null,
      rejected: fields.rejected ?? null,
      bytes: fields.bytes ?? null,
      output: output ?? null,
      progress: null,
    },
  );
  for (const id of unit.fused) await rereadStep(work, { node: id }, { state: "succeeded" });
}
