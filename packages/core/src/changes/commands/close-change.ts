import { type ChangeRequest, problem } from "@granary/protocol";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { moveState } from "../move-state.ts";
import { presentChange } from "../present.ts";
import { stateByReviews } from "../readiness.ts";
import { refuse, whyNotClose, whyNotReopen } from "../refusals.ts";
import { holdSeenChange, requireChange, type SeenChange } from "../seen-change.ts";
import { authorsOf, tell } from "../tell.ts";

interface Closing {
  readonly reason: string;
  /** The request that comes in its place. */
  readonly supersededBy?: string | undefined;
}

/** Closes a request without merging it, and keeps the reason. To be called behind `holdSeenChange`. */
export async function endChange(ctx: TxCtx, { row }: SeenChange, { reason, supersededBy }: Closing): Promise<void> {
  const fields = { closed_by: requireUser(ctx.principal), closed_at: ctx.now, closed_reason: reason };
  const data = { reason, supersededBy };
  if (supersededBy === undefined) await moveState(ctx, row, "closed", { type: "change.closed", data, fields });
  else await moveState(ctx, row, "superseded", { type: "change.closed", data, fields: { ...fields, superseded_by: supersededBy } });
  await tell(ctx, row, { to: authorsOf(row), kind: "change.closed", what: `was closed by ${ctx.principal.name}`, body: reason });
}

async function requireSuccessor(ctx: TxCtx, { row }: SeenChange, id: string): Promise<string> {
  const other = await requireChange(ctx, id);
  if (other.row.dataset_id === row.dataset_id && other.row.id !== row.id) return other.row.id;
  throw problem("request.invalid", {}, { issues: [{ path: "body.supersededBy", message: "must be another change request of the same dataset" }] });
}

/** Closes a request, for its authors and its reviewers. */
export function closeChange(ctx: Ctx, idOrNumber: string, { reason, supersededBy }: Closing): Promise<ChangeRequest> {
  return ctx.tx(async (ctx) => {
    const seen = await holdSeenChange(ctx, idOrNumber);
    refuse(whyNotClose(ctx, seen));
    await endChange(ctx, seen, { reason, supersededBy: supersededBy === undefined ? undefined : await requireSuccessor(ctx, seen, supersededBy) });
    return presentChange(ctx, await requireChange(ctx, seen.row.id));
  });
}

/** Opens a closed request again: with the reviews it had, or as the draft it was. */
export function reopenChange(ctx: Ctx, idOrNumber: string): Promise<ChangeRequest> {
  return ctx.tx(async (ctx) => {
    const seen = await holdSeenChange(ctx, idOrNumber);
    refuse(whyNotReopen(ctx, seen));
    const state = seen.row.opened_at === null ? "draft" : stateByReviews(seen);
    await moveState(ctx, seen.row, state, { type: "change.reopened", fields: { closed_by: null, closed_at: null, closed_reason: "" } });
    return presentChange(ctx, await requireChange(ctx, seen.row.id));
  });
}
