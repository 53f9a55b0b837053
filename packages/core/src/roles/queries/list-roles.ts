import { BUILT_IN_ROLE_NAMES, type BuiltInRole, PERMISSION_NAMES, type PermissionInfo, type Role } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { isDeveloperUnlocked } from "../../settings/index.ts";
import { presentPermission, presentRole } from "../present.ts";

/** Every role and what it gives here and now. */
export async function listRoles(ctx: Ctx): Promise<Role[]> {
  const unlocked = await isDeveloperUnlocked(ctx);
  return BUILT_IN_ROLE_NAMES.map((name) => presentRole(ctx.principal, name, unlocked));
}

export async function getRole(ctx: Ctx, name: BuiltInRole): Promise<Role> {
  return presentRole(ctx.principal, name, await isDeveloperUnlocked(ctx));
}

/** Every permission, with the roles that give it; or those of one role. */
export async function listPermissions(ctx: Ctx, role?: BuiltInRole): Promise<PermissionInfo[]> {
  const unlocked = await isDeveloperUnlocked(ctx);
  const all = PERMISSION_NAMES.map((name) => presentPermission(ctx.principal, name, unlocked));
  return role === undefined ? all : all.filter((permission) => permission.roles.includes(role));
}
