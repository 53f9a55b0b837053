import { problem } from "@granary/protocol";
import type { TxCtx } from "../context/index.ts";
import { holdAdministration, requireAdministrator } from "../people/index.ts";
import { ungrantable } from "../roles/index.ts";
import { type GroupRow, holdGroup } from "./store.ts";

/** Holds a group of the workspace for a change, after the administration of the workspace. */
export async function holdForChange(ctx: TxCtx, idOrName: string): Promise<GroupRow> {
  await holdAdministration(ctx.db, [ctx.workspaceId]);
  const group = await holdGroup(ctx.db, idOrName);
  if (group === undefined) throw problem("group.not_found");
  return group;
}

/** Throws `role.not_yours_to_give` unless the caller may give and take all these roles. */
export function requireGrantable(ctx: TxCtx, roles: readonly string[]): void {
  const role = ungrantable(ctx.principal, roles);
  if (role !== undefined) throw problem("role.not_yours_to_give", { role });
}

/** After roles were taken from members: the workspace must still have an administrator if `admin` was among them. */
export async function settleRolesTaken(ctx: TxCtx, taken: readonly string[]): Promise<void> {
  if (taken.includes("admin")) await requireAdministrator(ctx, ctx.workspaceId);
}
