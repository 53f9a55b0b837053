import { isUniqueViolation } from "@granary/db";
import { type Group, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { inRoleOrder, requireRoles, rolesChanged } from "../../roles/index.ts";
import { holdForChange, requireGrantable, settleRolesTaken } from "../changing.ts";
import { presentGroup } from "../present.ts";
import { findGroupRow, type GroupRow, updateGroupRow } from "../store.ts";

export interface GroupChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly roles?: readonly string[] | undefined;
}

/** Changes a group, if it is still at the version the caller read. */
export async function updateGroup(ctx: Ctx, idOrName: string, version: number, change: GroupChange): Promise<Group> {
  try {
    return await ctx.tx((ctx) => update(ctx, idOrName, version, change));
  } catch (error) {
    if (isUniqueViolation(error, "groups_name_key")) throw problem("group.name_taken", { name: change.name }, { cause: error });
    throw error;
  }
}

const fieldsOf = (row: GroupRow) => ({ name: row.name, description: row.description, roles: row.roles });

async function update(ctx: TxCtx, idOrName: string, version: number, change: GroupChange): Promise<Group> {
  const before = await holdForChange(ctx, idOrName);
  if (before.version !== version) throw problem("edit.conflict", { current: presentGroup(ctx.principal, before) });
  await requireRoles(ctx, change.roles ?? []);
  const roles = inRoleOrder(ctx.principal, change.roles ?? before.roles);
  const changed = rolesChanged(before.roles, roles);
  requireGrantable(ctx, changed);
  const fields = { name: change.name ?? before.name, description: change.description ?? before.description, roles };
  await updateGroupRow(ctx.db, before.id, fields, ctx.now);
  await settleRolesTaken(
    ctx,
    before.roles.filter((role) => changed.includes(role)),
  );
  const after = await findGroupRow(ctx.db, before.id);
  if (after === undefined) throw problem("group.not_found");
  await ctx.record({ type: "group.updated", subject: { id: after.id, label: after.name }, data: { before: fieldsOf(before), after: fieldsOf(after) } });
  return presentGroup(ctx.principal, after);
}
