export { changeRole, deleteRole } from "./commands/change-role.ts";
export { createRole } from "./commands/create-role.ts";
export { checkPermission, type PermissionAnswer } from "./queries/check-permission.ts";
export { getRole, listPermissions, listRoles } from "./queries/list-roles.ts";
export { requireRoles } from "./require-roles.ts";
export { inRoleOrder, isAdministrator, mayGrant, rolesChanged, ungrantable } from "./rules.ts";
export { listRolesWith } from "./store.ts";
