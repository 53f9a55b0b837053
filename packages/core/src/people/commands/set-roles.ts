import { problem, type User } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { inRoleOrder, requireRoles, rolesChanged, ungrantable } from "../../roles/index.ts";
import { holdForAction, isAdminByRole, presentAfter, requireAdministrator } from "../acting-on.ts";
import { holdAdministration, type PersonRow, updateRoles } from "../store.ts";

export interface RolesChange {
  readonly roles: readonly string[];
  /** The version the caller read; undefined sets the roles whatever they are now. */
  readonly version?: number | undefined;
}

/** Sets the roles a person holds directly in the workspace. */
export function setRoles(ctx: Ctx, idOrEmail: string, change: RolesChange): Promise<User> {
  return ctx.system.tx((ctx) => changeRolesIn(ctx, idOrEmail, { ...change, next: () => change.roles }));
}

/** Changes a person's direct roles by a rule over those they hold now, in the caller's transaction. */
export async function changeRolesIn(
  ctx: TxCtx,
  idOrEmail: string,
  change: { readonly next: (held: readonly string[]) => readonly string[]; readonly version?: number | undefined },
): Promise<User> {
  await holdAdministration(ctx.db, [ctx.workspaceId]);
  const person = await holdForAction(ctx, idOrEmail, "assignRoles");
  if (change.version !== undefined && change.version !== person.version) throw problem("edit.conflict", { current: await presentAfter(ctx, person.id) });
  const next = change.next(person.roles);
  await requireRoles(
    ctx,
    next.filter((role) => !person.roles.includes(role)),
  );
  const roles = inRoleOrder(ctx.principal, next);
  const changed = rolesChanged(person.roles, roles);
  if (changed.length > 0) await storeRoles(ctx, person, roles, changed);
  return presentAfter(ctx, person.id);
}

async function storeRoles(ctx: TxCtx, person: PersonRow, roles: readonly string[], changed: readonly string[]): Promise<void> {
  const role = ungrantable(ctx.principal, changed);
  if (role !== undefined) throw problem("role.not_yours_to_give", { role });
  await updateRoles(ctx.db, { workspaceId: ctx.workspaceId, userId: person.id }, roles);
  if (isAdminByRole(person) && person.status === "active") await requireAdministrator(ctx, ctx.workspaceId);
  await ctx.record({ type: "user.roles_changed", subject: { id: person.id, label: person.email }, data: { before: person.roles, after: roles } });
}
