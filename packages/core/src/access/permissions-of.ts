import { BUILT_IN_ROLES, type BuiltInRole, type Permission, PERMISSION_NAMES, PERMISSIONS, WORKSPACE_PERMISSIONS } from "@granary/protocol";

export interface RoleHolder {
  readonly roles: readonly string[];
  readonly instanceAdmin: boolean;
  /** Whether the developer role has its full power: always outside production, in production only while switched on. */
  readonly developerUnlocked: boolean;
  /** What the workspace's own roles give, by their names. */
  readonly customRoles?: CustomRoles;
}

/** What the own roles of a workspace give, by their names. */
export type CustomRoles = ReadonlyMap<string, readonly Permission[]>;

/** Own roles as stored; permissions that a newer or older program knew give nothing, and neither does power over the installation. */
export function readCustomRoles(stored: Readonly<Record<string, readonly string[]>> | null): CustomRoles {
  return new Map(Object.entries(stored ?? {}).map(([name, permissions]) => [name, WORKSPACE_PERMISSIONS.filter((one) => permissions.includes(one))]));
}

function permissionsOfRole(role: string, { developerUnlocked, customRoles }: RoleHolder): readonly Permission[] {
  if (role === "developer" && !developerUnlocked) return BUILT_IN_ROLES.data_engineer.permissions;
  return Object.hasOwn(BUILT_IN_ROLES, role) ? BUILT_IN_ROLES[role as BuiltInRole].permissions : (customRoles?.get(role) ?? []);
}

/** The permissions a person holds in a workspace: the union over their roles; instance administrators hold all. */
export function permissionsOf(holder: RoleHolder): ReadonlySet<Permission> {
  if (holder.instanceAdmin) return new Set(PERMISSION_NAMES);
  return new Set(holder.roles.flatMap((role) => permissionsOfRole(role, holder)));
}

/**
 * The permissions of an API key: those of its scopes that its owner still holds. A key without scopes has its owner's
 * permissions in the workspace; power over the whole installation must be named.
 */
export function permissionsOfKey(held: ReadonlySet<Permission>, scopes: readonly string[]): ReadonlySet<Permission> {
  const isGranted = (permission: Permission): boolean => (scopes.length === 0 ? PERMISSIONS[permission].scope === "workspace" : scopes.includes(permission));
  return new Set([...held].filter(isGranted));
}
