import { changeRole, checkPermission, createRole, deleteRole, getRole, listPermissions, listRoles } from "@granary/core/roles";
import { featuresFor, navigationFor, type roleRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const roleHandlers: HandlersOf<typeof roleRoutes> = {
  "roles.list": async (ctx) => ({ items: await listRoles(ctx) }),
  "roles.matrix": async (ctx) => ({ roles: await listRoles(ctx), permissions: await listPermissions(ctx) }),
  "roles.navigation": async (ctx) => ({ items: navigationFor(ctx.principal.permissions) }),
  "roles.features": async (ctx) => ({ features: featuresFor(ctx.principal.permissions) }),
  "roles.get": (ctx, { params }) => getRole(ctx, params.role),
  "roles.create": (ctx, { body }) => createRole(ctx, body),
  "roles.update": (ctx, { params, version, body }) => changeRole(ctx, params.role, version, body),
  "roles.delete": async (ctx, { params, query }) => {
    await deleteRole(ctx, params.role, query.moveTo);
  },
  "roles.permissions": async (ctx, { params }) => ({ role: params.role, permissions: await listPermissions(ctx, params.role) }),
  "permissions.list": async (ctx) => ({ items: await listPermissions(ctx) }),
  "permissions.check": (ctx, { params }) => checkPermission(ctx, params.permission),
};
