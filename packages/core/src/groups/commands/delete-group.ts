import type { Ctx } from "../../context/index.ts";
import { holdForChange, requireGrantable, settleRolesTaken } from "../changing.ts";
import { deleteGroupRow } from "../store.ts";

/** Deletes a group; its members lose the roles it gave them. */
export function deleteGroup(ctx: Ctx, idOrName: string): Promise<void> {
  return ctx.tx(async (ctx) => {
    const group = await holdForChange(ctx, idOrName);
    requireGrantable(ctx, group.roles);
    await deleteGroupRow(ctx.db, group.id);
    await settleRolesTaken(ctx, group.roles);
    await ctx.record({ type: "group.deleted", subject: { id: group.id, label: group.name }, data: { roles: group.roles, members: group.members } });
  });
}
