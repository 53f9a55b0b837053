import { type ChangeRequest, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { moveState } from "../move-state.ts";
import { presentChange } from "../present.ts";
import { stateByReviews } from "../readiness.ts";
import { refuse, whyNotDismiss, whyNotReview } from "../refusals.ts";
import { dismissReviewRow, insertReview } from "../review-store.ts";
import { holdSeenChange, requireChange, type SeenChange } from "../seen-change.ts";
import { settleState } from "../settle-state.ts";
import { authorsOf, tell } from "../tell.ts";
import { endChange } from "./close-change.ts";

export interface Verdict {
  readonly body: string;
  /** The digest of what was looked at. */
  readonly digest?: string | undefined;
}

/** Binds a verdict to what is proposed now: to the revision and to its digest. */
async function keepVerdict(ctx: TxCtx, { row, current }: SeenChange, verdict: "approve" | "request_changes", { body, digest }: Verdict): Promise<void> {
  if (current === undefined || current.digest === null) throw problem("change.not_ready");
  if (digest !== undefined && digest !== current.digest) throw problem("change.overtaken");
  await insertReview(ctx, { changeId: row.id, revision: current.number, digest: current.digest, verdict, body });
}

const lookedAt = ({ current }: SeenChange) => ({ revision: current?.number, digest: current?.digest });

/** Approves what is proposed now. */
export function approveChange(ctx: Ctx, idOrNumber: string, verdict: Verdict): Promise<ChangeRequest> {
  return ctx.tx(async (ctx) => {
    const seen = await holdSeenChange(ctx, idOrNumber);
    refuse(whyNotReview(ctx, seen));
    await keepVerdict(ctx, seen, "approve", verdict);
    await settleState(ctx, seen.row.id, { type: "change.approved", data: lookedAt(seen) });
    await tell(ctx, seen.row, { to: authorsOf(seen.row), kind: "change.approved", what: `was approved by ${ctx.principal.name}` });
    return presentChange(ctx, await requireChange(ctx, seen.row.id));
  });
}

/** Asks for something else, which stands against the request until the reviewer looks again; or turns it down for good. */
export function rejectChange(ctx: Ctx, idOrNumber: string, { close, ...verdict }: Verdict & { readonly close: boolean }): Promise<ChangeRequest> {
  return ctx.tx(async (ctx) => {
    const seen = await holdSeenChange(ctx, idOrNumber);
    refuse(whyNotReview(ctx, seen));
    await keepVerdict(ctx, seen, "request_changes", verdict);
    await settleState(ctx, seen.row.id, { type: "change.changes_requested", data: lookedAt(seen) });
    if (close) await endChange(ctx, await requireChange(ctx, seen.row.id), { reason: verdict.body });
    else
      await tell(ctx, seen.row, { to: authorsOf(seen.row), kind: "change.changes_requested", what: `waits for you: ${ctx.principal.name} asked for changes` });
    return presentChange(ctx, await requireChange(ctx, seen.row.id));
  });
}

/** Puts a review aside, for owners of the dataset, with a reason that is kept. */
export function dismissReview(ctx: Ctx, idOrNumber: string, reviewId: string, reason: string): Promise<ChangeRequest> {
  return ctx.tx(async (ctx) => {
    const seen = await holdSeenChange(ctx, idOrNumber);
    refuse(whyNotDismiss(ctx, seen));
    await dismissReviewRow(ctx, seen.row.id, reviewId, reason);
    const after = await requireChange(ctx, seen.row.id);
    await moveState(ctx, after.row, stateByReviews(after), { type: "change.review_dismissed", data: { review: reviewId, reason } });
    const reviewer = seen.reviews.find(({ id }) => id === reviewId)?.reviewer_id ?? null;
    await tell(ctx, seen.row, {
      to: [...authorsOf(seen.row), ...(reviewer === null ? [] : [reviewer])],
      kind: "change.review_dismissed",
      what: `goes on: ${ctx.principal.name} put a review aside`,
      body: reason,
    });
    return presentChange(ctx, await requireChange(ctx, seen.row.id));
  });
}
