import { BUILT_IN_ROLE_NAMES, PERMISSION_NAMES, type PermissionInfo, problem, type Role } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { isDeveloperUnlocked } from "../../settings/index.ts";
import { presentOwnRole, presentPermission, presentRole } from "../present.ts";
import { findRoleRow, listRoleRows } from "../store.ts";

/** Every role of the workspace and what it gives here and now: the built-in ones, then its own. */
export async function listRoles(ctx: Ctx): Promise<Role[]> {
  const unlocked = await isDeveloperUnlocked(ctx);
  const own = await listRoleRows(ctx.db, ctx.workspaceId);
  return [...BUILT_IN_ROLE_NAMES.map((name) => presentRole(ctx.principal, name, unlocked)), ...own.map((row) => presentOwnRole(ctx.principal, row))];
}

/** One role. Throws `role.not_found`. */
export async function getRole(ctx: Ctx, name: string): Promise<Role> {
  const builtIn = BUILT_IN_ROLE_NAMES.find((role) => role === name);
  if (builtIn !== undefined) return presentRole(ctx.principal, builtIn, await isDeveloperUnlocked(ctx));
  const row = await findRoleRow(ctx.db, ctx.workspaceId, name);
  if (row === undefined) throw problem("role.not_found", { role: name });
  return presentOwnRole(ctx.principal, row);
}

/** Every permission, with the roles that give it; or those of one role. */
export async function listPermissions(ctx: Ctx, role?: string): Promise<PermissionInfo[]> {
  const unlocked = await isDeveloperUnlocked(ctx);
  const all = PERMISSION_NAMES.map((name) => presentPermission(ctx.principal, name, unlocked));
  if (role === undefined) return all;
  const { permissions } = await getRole(ctx, role);
  return all.filter((permission) => permissions.includes(permission.name));
}
