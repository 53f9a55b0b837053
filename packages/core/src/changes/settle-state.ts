import type { TxCtx } from "../context/index.ts";
import type { DatasetRow } from "../datasets/index.ts";
import { moveState, type Move } from "./move-state.ts";
import { stateByReviews } from "./readiness.ts";
import { requireChange } from "./seen-change.ts";
import { isInReview } from "./states.ts";

/** Brings a request in review into the state that its reviews and rules give it now, and tells of what led to that. */
export async function settleState(ctx: TxCtx, id: string, move: Move): Promise<void> {
  const seen = await requireChange(ctx, id);
  await moveState(ctx, seen.row, isInReview(seen.row.state) ? stateByReviews(seen) : seen.row.state, move);
}

/** Applies changed rules to the requests of a dataset that are in review. */
export async function settleOpenChanges(ctx: TxCtx, { id: datasetId }: Pick<DatasetRow, "id">): Promise<void> {
  const rows = await ctx.db
    .selectFrom("change_requests")
    .select("id")
    .where("dataset_id", "=", datasetId)
    .where("state", "in", ["open", "changes_requested", "approved"])
    .orderBy("id")
    .forNoKeyUpdate()
    .execute();
  for (const { id } of rows) {
    const seen = await requireChange(ctx, id);
    const state = stateByReviews(seen);
    if (state !== seen.row.state)
      await moveState(ctx, seen.row, state, { type: "change.updated", data: { before: seen.row.state, after: state, because: "rules" } });
  }
}
