import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { mayRevoke } from "../present.ts";
import { findKeyRow, markRevoked } from "../store.ts";

/** Revokes a key at once. Other people's keys do not exist for whoever may not see them. */
export function revokeKey(ctx: Ctx, id: string): Promise<void> {
  return ctx.tx(async (ctx) => {
    const row = await findKeyRow(ctx.db, id);
    if (row === undefined || !mayRevoke(ctx.principal, row)) throw problem("api_key.not_found");
    if (await markRevoked(ctx.db, id, ctx.now))
      await ctx.record({ type: "api_key.revoked", subject: { id, label: row.name }, data: { hint: row.hint, owner: row.user_id } });
  });
}
