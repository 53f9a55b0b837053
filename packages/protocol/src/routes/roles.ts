import { z } from "zod";
import { PERMISSION_NAMES, type Permission } from "../access/permissions.ts";
import { BUILT_IN_ROLE_NAMES } from "../access/roles.ts";
import { FEATURE_NAMES, navigationItem } from "../navigation.ts";
import { route } from "../route.ts";
import { can, line } from "../schemas.ts";
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
    basedOn: z.enum(BUILT_IN_ROLE_NAMES).nullable().describe("The built-in role it was made from"),
    heldBy: z
      .object({ people: z.number().int(), groups: z.number().int(), invitations: z.number().int() })
      .nullable()
      .describe("Null for built-in roles; people who hold it through a group are not counted among the people"),
    version: z.number().int().describe("0 for built-in roles, which nobody changes"),
    can: can("update", "delete"),
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

const permissionSet = z
  .array(permissionName)
  .min(1)
  .max(200)
  .transform((names) => [...new Set(names)]);
const text = z.string().trim().max(300);
const refusals = ["role.exceeds_yours", "role.title_taken"] as const;

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
    errors: ["role.not_found"],
    versioned: true,
  }),
  "roles.create": route({
    method: "POST",
    path: "/roles",
    tag: "Roles",
    summary: "Create a role of the workspace's own",
    description: "It can give no more than you hold. Its name, which people and groups hold it by, is made from the title and stays.",
    access: "role:manage",
    body: z.strictObject({
      title: line(60),
      text: text.default(""),
      permissions: permissionSet,
      basedOn: z.enum(BUILT_IN_ROLE_NAMES).nullable().default(null).describe("The built-in role it was made from, to show how it differs"),
    }),
    responses: { 201: role },
    errors: refusals,
  }),
  "roles.update": route({
    method: "PATCH",
    path: "/roles/{role}",
    tag: "Roles",
    summary: "Change a role of the workspace's own; it holds from everybody's next request on",
    access: "role:manage",
    params,
    body: z
      .strictObject({ title: line(60).optional(), text: text.optional(), permissions: permissionSet.optional() })
      .refine((body) => Object.keys(body).length > 0, "must change something"),
    responses: { 200: role },
    errors: [...refusals, "role.not_found", "role.built_in", "edit.conflict"],
    versioned: true,
  }),
  "roles.delete": route({
    method: "DELETE",
    path: "/roles/{role}",
    tag: "Roles",
    summary: "Delete a role of the workspace's own",
    access: "role:manage",
    params,
    query: z.strictObject({ moveTo: roleName.optional().describe("The role that people, groups and open invitations hold instead; needed while any do") }),
    responses: { 204: null },
    errors: ["role.not_found", "role.built_in", "role.in_use", "role.exceeds_yours", "role.not_yours_to_give"],
  }),
  "roles.permissions": route({
    method: "GET",
    path: "/roles/{role}/permissions",
    tag: "Roles",
    summary: "List what a role gives",
    access: "role:read",
    params,
    responses: { 200: z.object({ role: roleName, permissions: z.array(permissionInfo) }) },
    errors: ["role.not_found"],
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
