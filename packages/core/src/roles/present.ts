import {
  BUILT_IN_ROLE_NAMES,
  BUILT_IN_ROLES,
  type BuiltInRole,
  type Permission,
  type PermissionInfo,
  PERMISSIONS,
  type Role,
  WORKSPACE_PERMISSIONS,
} from "@granary/protocol";
import { mayDo, permissionsOf } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import { exceeding, mayGrant } from "./rules.ts";
import type { RoleRow } from "./store.ts";

function permissionsNow(role: BuiltInRole, developerUnlocked: boolean): ReadonlySet<Permission> {
  return permissionsOf({ roles: [role], instanceAdmin: false, developerUnlocked });
}

export function presentRole(principal: Principal, name: BuiltInRole, developerUnlocked: boolean): Role {
  const { title, text } = BUILT_IN_ROLES[name];
  return {
    name,
    title,
    text,
    builtIn: true,
    basedOn: null,
    permissions: [...permissionsNow(name, developerUnlocked)],
    limited: name === "developer" && !developerUnlocked,
    grantable: mayGrant(principal, name),
    heldBy: null,
    version: 0,
    can: { update: false, delete: false },
  };
}

/** A role of the workspace's own. Whoever lacks what it gives can neither give nor change it. */
export function presentOwnRole(principal: Principal, row: RoleRow): Role {
  const { name, title, people, groups, invitations, version } = row;
  const permissions = WORKSPACE_PERMISSIONS.filter((permission) => row.given.includes(permission));
  const isWithin = exceeding(principal, permissions) === undefined;
  const may = mayDo(principal, "role:manage") && isWithin;
  return {
    name,
    title,
    text: row.description,
    builtIn: false,
    basedOn: BUILT_IN_ROLE_NAMES.find((role) => role === row.based_on) ?? null,
    permissions,
    limited: false,
    grantable: isWithin,
    heldBy: { people, groups, invitations },
    version,
    can: { update: may, delete: may },
  };
}

export function presentPermission(principal: Principal, name: Permission, developerUnlocked: boolean): PermissionInfo {
  const { area, text, scope } = PERMISSIONS[name];
  const roles: string[] = BUILT_IN_ROLE_NAMES.filter((role) => permissionsNow(role, developerUnlocked).has(name));
  const own = [...principal.customRoles].filter(([, permissions]) => permissions.includes(name)).map(([role]) => role);
  return { name, area, text, scope, roles: [...roles, ...own.toSorted()], mine: principal.permissions.has(name) };
}
