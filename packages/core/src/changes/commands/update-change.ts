import { type ChangeRequest, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { recordChange } from "../move-state.ts";
import { presentChange } from "../present.ts";
import { refuse, whyNotDelete, whyNotEdit } from "../refusals.ts";
import { holdSeenChange, requireChange } from "../seen-change.ts";
import { touchChange } from "../touch-change.ts";

/** Changes what is said of a request, if it is still at the version the caller read. */
export function updateChange(
  ctx: Ctx,
  idOrNumber: string,
  version: number,
  change: { readonly title?: string | undefined; readonly description?: string | undefined },
): Promise<ChangeRequest> {
  return ctx.tx(async (ctx) => {
    const seen = await holdSeenChange(ctx, idOrNumber);
    refuse(whyNotEdit(ctx, seen));
    const { row } = seen;
    if (row.version !== version) throw problem("edit.conflict", { current: await presentChange(ctx, seen) });
    const { title = row.title, description = row.description } = change;
    if (title !== row.title || description !== row.description) {
      await touchChange(ctx, row.id, { title, description });
      await recordChange(ctx, { ...row, title }, { type: "change.updated", data: { before: row.title, after: title } });
    }
    return presentChange(ctx, await requireChange(ctx, row.id));
  });
}

/** Throws a draft away, with its edits and what was compared. */
export function deleteChange(ctx: Ctx, idOrNumber: string): Promise<undefined> {
  return ctx.tx(async (ctx) => {
    const seen = await holdSeenChange(ctx, idOrNumber);
    refuse(whyNotDelete(ctx, seen));
    await ctx.db.deleteFrom("change_requests").where("id", "=", seen.row.id).execute();
    await recordChange(ctx, seen.row, { type: "change.deleted" });
    return undefined;
  });
}
