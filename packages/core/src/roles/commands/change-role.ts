import { BUILT_IN_ROLE_NAMES, type Permission, problem, type Role } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentOwnRole } from "../present.ts";
import { requireRoles } from "../require-roles.ts";
import { exceeding, ungrantable } from "../rules.ts";
import { addBeside, deleteRoleRow, findRoleRow, holdRole, type RoleRow, updateRole } from "../store.ts";
import { fieldsOf, withFreeTitle } from "./create-role.ts";

export interface RoleChange {
  readonly title?: string | undefined;
  readonly text?: string | undefined;
  readonly permissions?: readonly Permission[] | undefined;
}

/** Whoever lacks what a role gives could take it from others, or give it to them, by changing it. */
async function holdForChange(ctx: TxCtx, name: string): Promise<RoleRow> {
  if ((BUILT_IN_ROLE_NAMES as readonly string[]).includes(name)) throw problem("role.built_in", { role: name });
  const row = await holdRole(ctx.db, ctx.workspaceId, name);
  if (row === undefined) throw problem("role.not_found", { role: name });
  const permission = exceeding(ctx.principal, row.given);
  if (permission !== undefined) throw problem("role.exceeds_yours", { permission });
  return row;
}

const factsOf = ({ title, description, given }: RoleRow) => ({ title, text: description, permissions: given });

/** Changes a role of the workspace's own, if it is still at the version the caller read. It holds from the next request of everybody on. */
export function changeRole(ctx: Ctx, name: string, version: number, change: RoleChange): Promise<Role> {
  return withFreeTitle(change.title, () =>
    ctx.tx(async (ctx) => {
      const before = await holdForChange(ctx, name);
      if (before.version !== version) throw problem("edit.conflict", { current: presentOwnRole(ctx.principal, before) });
      const { title = before.title, text = before.description, permissions = before.given } = change;
      await updateRole(ctx.db, { workspaceId: ctx.workspaceId, name }, fieldsOf(ctx, { title, text, permissions }), ctx.now);
      const after = await findRoleRow(ctx.db, ctx.workspaceId, name);
      if (after === undefined) throw problem("role.not_found", { role: name });
      await ctx.record({ type: "role.updated", subject: { id: name, label: after.title }, data: { before: factsOf(before), after: factsOf(after) } });
      return presentOwnRole(ctx.principal, after);
    }),
  );
}

async function moveHolders(ctx: TxCtx, from: RoleRow, to: string | undefined): Promise<void> {
  const { people, groups, invitations } = from;
  if (people + groups + invitations === 0) return;
  if (to === undefined) throw problem("role.in_use", { title: from.title, people, groups, invitations });
  if (to === from.name) throw problem("request.invalid", {}, { issues: [{ path: "query.moveTo", message: "is the role to be deleted" }] });
  await requireRoles(ctx, [to]);
  const role = ungrantable(ctx.principal, [to]);
  if (role !== undefined) throw problem("role.not_yours_to_give", { role });
  await addBeside(ctx.db, ctx.workspaceId, from.name, to);
}

/** Deletes a role of the workspace's own; whoever holds it holds another one instead. Throws `role.in_use` when none is named. */
export function deleteRole(ctx: Ctx, name: string, moveTo: string | undefined): Promise<void> {
  return ctx.tx(async (ctx) => {
    const row = await holdForChange(ctx, name);
    await moveHolders(ctx, row, moveTo);
    await deleteRoleRow(ctx.db, ctx.workspaceId, name);
    const { people, groups, invitations } = row;
    await ctx.record({
      type: "role.deleted",
      subject: { id: name, label: row.title },
      data: { ...factsOf(row), people, groups, invitations, moveTo: moveTo ?? null },
    });
  });
}
