import type { Ctx, TxCtx } from "../../context/index.ts";
import { holdForAction, isAdminByRole, requireAdministrator } from "../acting-on.ts";
import { deleteAccount, deleteMembership, holdAdministration, listWorkspaceIds, type PersonRow, updateAccount } from "../store.ts";

/** Ends a person's membership of the workspace; the account goes too when it is a member of no other. */
export function removePerson(ctx: Ctx, idOrEmail: string): Promise<void> {
  return ctx.system.tx((ctx) => removeIn(ctx, idOrEmail));
}

export async function removeIn(ctx: TxCtx, idOrEmail: string): Promise<void> {
  await holdAdministration(ctx.db, [ctx.workspaceId]);
  const person = await holdForAction(ctx, idOrEmail, "remove");
  await deleteMembership(ctx.db, { workspaceId: ctx.workspaceId, userId: person.id }, ctx.now);
  if (isAdminByRole(person) && person.status === "active") await requireAdministrator(ctx, ctx.workspaceId);
  const accountDeleted = await settleAccount(ctx, person);
  await ctx.record({ type: "user.removed", subject: { id: person.id, label: person.email }, data: { roles: person.roles, accountDeleted } });
}

/** Deletes an account that is left without a workspace, or gives it another home. Returns whether it was deleted. */
async function settleAccount(ctx: TxCtx, person: PersonRow): Promise<boolean> {
  const [nextHome] = await listWorkspaceIds(ctx.db, person.id);
  if (nextHome === undefined && !person.instance_admin) {
    await deleteAccount(ctx.db, person.id);
    return true;
  }
  if (nextHome !== undefined && person.home_workspace_id === ctx.workspaceId) await updateAccount(ctx.db, person.id, { home_workspace_id: nextHome }, ctx.now);
  return false;
}
