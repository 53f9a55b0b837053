import type { Id } from "@granary/kernel";
import { type Backfill, problem } from "@granary/protocol";
import { mayDo } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { type BackfillRow, findBackfill } from "./store.ts";

const NONE: Backfill["counts"] = { waiting: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, skipped: 0 };

export function countsOf(row: BackfillRow): Backfill["counts"] {
  return { ...NONE, ...row.counts };
}

/** What may be done with a backfill by its state. */
export const ACTIONS = {
  pause: ["running"],
  resume: ["paused"],
  cancel: ["running", "paused"],
  retry: ["failed", "succeeded", "cancelled"],
} as const satisfies Record<string, readonly Backfill["state"][]>;
export type BackfillAction = keyof typeof ACTIONS;

export function isPossible(row: BackfillRow, action: BackfillAction): boolean {
  const counts = countsOf(row);
  const isRight = (ACTIONS[action] as readonly string[]).includes(row.state);
  return isRight && (action !== "retry" || counts.failed + counts.cancelled > 0);
}

export function presentBackfill(ctx: Ctx | TxCtx, row: BackfillRow): Backfill {
  const may = (action: BackfillAction) => mayDo(ctx.principal, "pipeline:run") && isPossible(row, action);
  return {
    id: row.id as Id<"backfill">,
    spec: row.spec,
    state: row.state,
    counts: countsOf(row),
    startedBy: row.starter_name,
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    can: { pause: may("pause"), resume: may("resume"), cancel: may("cancel"), retry: may("retry") },
  };
}

export async function requireBackfill(ctx: Ctx | TxCtx, id: string): Promise<BackfillRow> {
  const row = await findBackfill(ctx, id);
  if (row === undefined) throw problem("pipeline.backfill_not_found");
  return row;
}
