import type { TxCtx } from "../context/index.ts";

/** What people say of a request without moving it. */
interface Said {
  readonly title?: string;
  readonly description?: string;
}

/** Makes a request one that changed now, for lists and for whoever edits it at the same time. */
export async function touchChange(ctx: TxCtx, id: string, said: Said = {}): Promise<void> {
  await ctx.db
    .updateTable("change_requests")
    .set({ ...said, updated_at: ctx.now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .execute();
}
