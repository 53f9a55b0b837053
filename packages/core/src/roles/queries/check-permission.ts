import { type Permission, PERMISSIONS } from "@granary/protocol";
import { mayDo } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { isDeveloperUnlocked } from "../../settings/index.ts";
import { presentPermission } from "../present.ts";

export interface PermissionAnswer {
  readonly permission: Permission;
  readonly allowed: boolean;
  /** Why, in words. */
  readonly reason: string;
}

/** Whether the caller holds a permission in the workspace of the request, and why. */
export async function checkPermission(ctx: Ctx, permission: Permission): Promise<PermissionAnswer> {
  const { principal } = ctx;
  const allowed = mayDo(principal, permission);
  const { roles } = presentPermission(principal, permission, await isDeveloperUnlocked(ctx));
  return { permission, allowed, reason: allowed ? reasonFor(ctx, roles) : reasonAgainst(ctx, permission, roles) };
}

function reasonFor(ctx: Ctx, roles: readonly string[]): string {
  if (ctx.principal.instanceAdmin) return "You administer the installation.";
  const through = roles.filter((name) => ctx.principal.roles.includes(name));
  return through.length === 0 ? "You hold it." : `Given by: ${through.join(", ")}.`;
}

function reasonAgainst(ctx: Ctx, permission: Permission, roles: readonly string[]): string {
  if (PERMISSIONS[permission].scope === "instance") return "Only administrators of the installation hold it.";
  if (ctx.principal.kind === "api_key" && roles.some((role) => ctx.principal.roles.includes(role)))
    return "Your roles give it, but this API key is limited to other permissions.";
  return `None of your roles gives it. These do: ${roles.join(", ")}.`;
}
