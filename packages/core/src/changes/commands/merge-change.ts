import { type ChangeRequest, problem } from "@granary/protocol";
import { type Ctx, requireUser } from "../../context/index.ts";
import { mergeabilityOf } from "../mergeability.ts";
import { moveState } from "../move-state.ts";
import { presentChange } from "../present.ts";
import { refuse, whyNotBypass, whyNotMerge } from "../refusals.ts";
import { holdSeenChange, requireChange, type SeenChange } from "../seen-change.ts";

/** Somebody waits for it. */
const INTERACTIVE = 10;

const isUnderWay = ({ row }: SeenChange): boolean => row.state === "merging" || row.state === "merged" || row.state === "reverted";

/** Asking again is refused only where the answer could be another one: for those who might not have asked at all. */
const reasonAgainst = (ctx: Parameters<typeof whyNotMerge>[0], seen: SeenChange, bypass: string | undefined) =>
  bypass === undefined ? whyNotMerge(ctx, seen) : whyNotBypass(ctx, seen);

async function refuseMisfit(ctx: Ctx, seen: SeenChange): Promise<void> {
  const { state, conflictingRows, text } = await mergeabilityOf(ctx, seen);
  if (state === "conflicts") throw problem("change.conflicts", { count: conflictingRows });
  if (state === "schema_changed") throw problem("change.not_approved", { reasons: text });
}

/** Begins to merge an approved request, by a job. Asking again while it runs or after it is done changes nothing. */
export async function mergeChange(ctx: Ctx, idOrNumber: string, bypass: string | undefined): Promise<ChangeRequest> {
  const before = await requireChange(ctx, idOrNumber);
  if (!isUnderWay(before)) {
    refuse(reasonAgainst(ctx, before, bypass));
    await refuseMisfit(ctx, before);
  }
  return ctx.tx(async (ctx) => {
    const seen = await holdSeenChange(ctx, before.row.id);
    if (isUnderWay(seen)) return presentChange(ctx, seen);
    refuse(reasonAgainst(ctx, seen, bypass));
    const { row, current } = seen;
    const userId = requireUser(ctx.principal);
    const merge_job_id = await ctx.enqueue("change.merge", { changeId: row.id }, { priority: INTERACTIVE });
    const passed = bypass === undefined ? { bypassed_by: null, bypass_reason: null } : { bypassed_by: userId, bypass_reason: bypass };
    await moveState(ctx, row, "merging", {
      type: "change.merge_started",
      data: { revision: current?.number, digest: current?.digest, bypass },
      fields: { merge_job_id, merged_by: userId, mergeFault: null, ...passed },
    });
    return presentChange(ctx, await requireChange(ctx, row.id));
  });
}
