import { type Ctx, requireUser } from "../../context/index.ts";
import { countUnread, markRead } from "../store.ts";

/** Marks the caller's notifications as read; those of others among the ids are passed over. */
export function markNotificationsRead(ctx: Ctx, which: { readonly ids: readonly string[] } | { readonly all: true }): Promise<{ unread: number }> {
  const userId = requireUser(ctx.principal);
  return ctx.tx(async (ctx) => {
    await markRead(ctx.db, { workspaceId: ctx.workspaceId, userId }, "all" in which ? "all" : which.ids, ctx.now);
    return { unread: await countUnread(ctx.db, userId) };
  });
}
