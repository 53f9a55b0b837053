import { BUILT_IN_ROLE_NAMES, type BuiltInRole } from "@granary/protocol";
import { permissionsOf } from "../access/index.ts";
import type { Principal } from "../context/index.ts";

/** Whoever administers the workspace in person. A key of an administrator can do no more than its scopes. */
export function isAdministrator(principal: Principal): boolean {
  return principal.kind === "user" && (principal.instanceAdmin || principal.roles.includes("admin"));
}

/** Whether a principal may give or take a role: administrators any, others those that give nothing they lack themselves. */
export function mayGrant(principal: Principal, role: string): boolean {
  if (isAdministrator(principal)) return true;
  const given = permissionsOf({ roles: [role], instanceAdmin: false, developerUnlocked: true });
  return [...given].every((permission) => principal.permissions.has(permission));
}

/** The first of some roles that a principal may not give or take; undefined when it may all. */
export function ungrantable(principal: Principal, roles: readonly string[]): string | undefined {
  return roles.find((role) => !mayGrant(principal, role));
}

/** Roles that are in one set and not in the other. */
export function rolesChanged(before: readonly string[], after: readonly string[]): string[] {
  return [...before.filter((role) => !after.includes(role)), ...after.filter((role) => !before.includes(role))];
}

/** The roles that exist, in the order they are shown. */
export function inRoleOrder(roles: readonly string[]): BuiltInRole[] {
  return BUILT_IN_ROLE_NAMES.filter((name) => roles.includes(name));
}
