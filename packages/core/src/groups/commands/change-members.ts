import { type Group, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { findPersonRow } from "../../people/index.ts";
import { holdForChange, requireGrantable, settleRolesTaken } from "../changing.ts";
import { presentGroup } from "../present.ts";
import { deleteMember, findGroupRow, findMembers, insertMembers } from "../store.ts";

/** Adds people of the workspace to a group; those who are in it already stay. */
export function addGroupMembers(ctx: Ctx, idOrName: string, userIds: readonly string[]): Promise<Group> {
  return ctx.tx(async (ctx) => {
    const group = await holdForChange(ctx, idOrName);
    requireGrantable(ctx, group.roles);
    const asked = [...new Set(userIds)];
    if ((await findMembers(ctx.db, asked)).length < asked.length) throw problem("user.not_found");
    const added = await insertMembers(ctx.db, { workspaceId: ctx.workspaceId, groupId: group.id }, asked, ctx.now);
    if (added.length > 0)
      await ctx.record({ type: "group.member_added", subject: { id: group.id, label: group.name }, data: { users: added, roles: group.roles } });
    return present(ctx, group.id);
  });
}

/** Takes a person out of a group. */
export function removeGroupMember(ctx: Ctx, idOrName: string, user: string): Promise<Group> {
  return ctx.tx(async (ctx) => {
    const group = await holdForChange(ctx, idOrName);
    requireGrantable(ctx, group.roles);
    const person = await findPersonRow(ctx.db, ctx.workspaceId, user);
    if (person === undefined || !(await deleteMember(ctx.db, group.id, person.id))) throw problem("user.not_found");
    await settleRolesTaken(ctx, group.roles);
    await ctx.record({ type: "group.member_removed", subject: { id: group.id, label: group.name }, data: { user: person.id, roles: group.roles } });
    return present(ctx, group.id);
  });
}

async function present(ctx: TxCtx, groupId: string): Promise<Group> {
  const row = await findGroupRow(ctx.db, groupId);
  if (row === undefined) throw problem("group.not_found");
  return presentGroup(ctx.principal, row);
}
