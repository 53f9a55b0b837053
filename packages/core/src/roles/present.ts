import { BUILT_IN_ROLE_NAMES, BUILT_IN_ROLES, type BuiltInRole, type Permission, type PermissionInfo, PERMISSIONS, type Role } from "@granary/protocol";
import { permissionsOf } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import { mayGrant } from "./rules.ts";

function permissionsNow(role: BuiltInRole, developerUnlocked: boolean): ReadonlySet<Permission> {
  return permissionsOf({ roles: [role], instanceAdmin: false, developerUnlocked });
}

export function presentRole(principal: Principal, name: BuiltInRole, developerUnlocked: boolean): Role {
  const { title, text } = BUILT_IN_ROLES[name];
  const limited = name === "developer" && !developerUnlocked;
  return { name, title, text, builtIn: true, permissions: [...permissionsNow(name, developerUnlocked)], limited, grantable: mayGrant(principal, name) };
}

export function presentPermission(principal: Principal, name: Permission, developerUnlocked: boolean): PermissionInfo {
  const { area, text, scope } = PERMISSIONS[name];
  const roles = BUILT_IN_ROLE_NAMES.filter((role) => permissionsNow(role, developerUnlocked).has(name));
  return { name, area, text, scope, roles, mine: principal.permissions.has(name) };
}
