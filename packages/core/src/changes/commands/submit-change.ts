import type { ChangeRequest } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { moveState, type Telling } from "../move-state.ts";
import { presentChange } from "../present.ts";
import { stateByReviews } from "../readiness.ts";
import { refuse, whyNotSubmit } from "../refusals.ts";
import { holdSeenChange, requireChange, type SeenChange } from "../seen-change.ts";
import { reviewersOf, tell } from "../tell.ts";

/** Puts a draft in front of its reviewers. To be called behind `holdSeenChange`. */
export async function openChange(
  ctx: TxCtx,
  seen: SeenChange,
  { reviewers, by }: { readonly reviewers: readonly string[]; readonly by?: Telling["by"] },
): Promise<void> {
  const { row, current } = seen;
  const state = stateByReviews(seen);
  await moveState(ctx, row, state, { type: "change.opened", data: { revision: current?.number, digest: current?.digest }, by, fields: { opened_at: ctx.now } });
  await tell(ctx, row, { to: reviewers, kind: "change.opened", what: "waits for your review", body: seen.dataset.name });
}

/** Opens a draft for review. */
export async function submitChange(ctx: Ctx, idOrNumber: string): Promise<ChangeRequest> {
  const { row } = await requireChange(ctx, idOrNumber);
  const reviewers = await reviewersOf(ctx, row);
  return ctx.tx(async (ctx) => {
    const seen = await holdSeenChange(ctx, row.id);
    refuse(whyNotSubmit(ctx, seen));
    await openChange(ctx, seen, { reviewers });
    return presentChange(ctx, await requireChange(ctx, row.id));
  });
}
