import type { Ctx } from "../../context/index.ts";
import { holdOpen } from "../hold-open.ts";
import { markRevoked } from "../store.ts";

/** Takes an invitation back: its link stops working at once. */
export function revokeInvitation(ctx: Ctx, id: string): Promise<void> {
  return ctx.tx(async (ctx) => {
    const open = await holdOpen(ctx, id);
    await markRevoked(ctx.db, id, ctx.now);
    await ctx.record({ type: "invitation.revoked", subject: { id, label: open.email } });
  });
}
