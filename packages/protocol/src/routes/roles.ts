import { z } from "zod";
import { PERMISSION_NAMES, type Permission } from "../access/permissions.ts";
import { FEATURE_NAMES, navigationItem } from "../navigation.ts";
import { route } from "../route.ts";
import { roleName } from "./users.ts";

export const permissionName = z.enum(PERMISSION_NAMES as readonly [Permission, ...Permission[]]);

export const role = z
  .object({
    name: roleName,
    title: z.string(),
    text: z.string(),
    builtIn: z.boolean(),
    permissions: z.array(permissionName).describe("What the role gives here and now"),
    limited: z.boolean().describe("The developer role in production while its safeguard is not switched off"),
    grantable: z.boolean().describe("Whether the caller may give this role"),
  })
  .meta({ id: "Role" });

export type Role = z.infer<typeof role>;

export const permissionInfo = z
  .object({
    name: permissionName,
    area: z.string(),
    text: z.string(),
    scope: z.enum(["workspace", "instance"]),
    roles: z.array(roleName).describe("Roles that give it"),
    mine: z.boolean().describe("Whether the caller holds it"),
  })
  .meta({ id: "PermissionInfo" });

export type PermissionInfo = z.infer<typeof permissionInfo>;

const params = z.strictObject({ role: roleName });

/** Roles, permissions and what follows from them. */
export const roleRoutes = {
  "roles.list": route({
    method: "GET",
    path: "/roles",
    aliases: ["/rbac/roles"],
    tag: "Roles",
    summary: "List the roles and what each gives",
    access: "user:read",
    responses: { 200: z.object({ items: z.array(role) }) },
  }),
  "roles.matrix": route({
    method: "GET",
    path: "/roles/matrix",
    tag: "Roles",
    summary: "Show every permission with the roles that give it",
    access: "role:read",
    responses: { 200: z.object({ roles: z.array(role), permissions: z.array(permissionInfo) }) },
  }),
  "roles.navigation": route({
    method: "GET",
    path: "/roles/navigation/items",
    tag: "Roles",
    summary: "List the places of the application you may open",
    access: "signed_in",
    responses: { 200: z.object({ items: z.array(navigationItem) }) },
  }),
  "roles.features": route({
    method: "GET",
    path: "/roles/features/access",
    tag: "Roles",
    summary: "Show which features you may use",
    access: "signed_in",
    responses: { 200: z.object({ features: z.record(z.enum(FEATURE_NAMES), z.boolean()) }) },
  }),
  "roles.get": route({
    method: "GET",
    path: "/roles/{role}",
    tag: "Roles",
    summary: "Show a role",
    access: "user:read",
    params,
    responses: { 200: role },
  }),
  "roles.permissions": route({
    method: "GET",
    path: "/roles/{role}/permissions",
    tag: "Roles",
    summary: "List what a role gives",
    access: "role:read",
    params,
    responses: { 200: z.object({ role: roleName, permissions: z.array(permissionInfo) }) },
  }),
  "permissions.list": route({
    method: "GET",
    path: "/rbac/permissions",
    tag: "Roles",
    summary: "List every permission",
    access: "signed_in",
    responses: { 200: z.object({ items: z.array(permissionInfo) }) },
  }),
  "permissions.check": route({
    method: "GET",
    path: "/rbac/check-permission/{permission}",
    tag: "Roles",
    summary: "Ask whether you hold a permission",
    access: "signed_in",
    params: z.strictObject({ permission: permissionName }),
    responses: { 200: z.object({ permission: permissionName, allowed: z.boolean(), reason: z.string() }) },
  }),
} as const;
