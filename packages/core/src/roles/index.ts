export { checkPermission, type PermissionAnswer } from "./queries/check-permission.ts";
export { getRole, listPermissions, listRoles } from "./queries/list-roles.ts";
export { inRoleOrder, isAdministrator, mayGrant, rolesChanged, ungrantable } from "./rules.ts";
