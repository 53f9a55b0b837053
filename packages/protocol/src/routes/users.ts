import { z } from "zod";
import { BUILT_IN_ROLE_NAMES } from "../access/roles.ts";
import { route } from "../route.ts";
import { can, email, id, instant, line, page, pageQuery } from "../schemas.ts";

/** A built-in role or one of the workspace's own. */
export const roleName = z.string().regex(/^[a-z][a-z0-9_-]{0,47}$/, `must be ${BUILT_IN_ROLE_NAMES.join(", ")}, or the name of a role of the workspace`);

/** A set of roles: sorted by nobody, but without repetition. */
export const roleSet = z
  .array(roleName)
  .max(50)
  .transform((names) => [...new Set(names)]);

/** A person of the workspace, with account, roles here and what the caller may do. */
export const user = z
  .object({
    id: id("user"),
    email: z.string(),
    name: z.string(),
    status: z.enum(["active", "inactive"]),
    roles: z.array(z.string()).describe("Given to the person directly"),
    groups: z.array(z.object({ id: id("group"), name: z.string(), roles: z.array(z.string()) })),
    instanceAdmin: z.boolean(),
    protected: z.boolean().describe("The first administrator: cannot be deactivated, removed or demoted"),
    home: z.boolean().describe("Whether the account belongs to this workspace, so that its people may change it"),
    emailVerified: z.boolean(),
    security: z
      .object({ secondFactor: z.boolean(), lockedUntil: instant.nullable(), mustChangePassword: z.boolean() })
      .nullable()
      .describe("Null for callers who may not edit accounts"),
    lastSignInAt: instant.nullable(),
    joinedAt: instant,
    createdAt: instant,
    version: z.number().int(),
    can: can("update", "activate", "deactivate", "resetPassword", "unlock", "assignRoles", "remove", "setInstanceAdmin"),
  })
  .meta({ id: "User" });

export type User = z.infer<typeof user>;

export const USER_BULK_ACTIONS = ["activate", "deactivate", "remove", "reset_password", "unlock", "add_role", "remove_role"] as const;
export type UserBulkAction = (typeof USER_BULK_ACTIONS)[number];

export const bulkResult = z.object({ id: z.string(), ok: z.boolean(), code: z.string().nullable(), message: z.string().nullable() }).meta({ id: "BulkResult" });

export type BulkResult = z.infer<typeof bulkResult>;

/** A link or password made for a person; each is null unless the caller may see it, and in the answer to a repeated request. */
const handover = {
  link: z.string().nullable().describe("The mailed link, where mail stays in the local outbox and the caller may read that"),
  temporaryPassword: z.string().nullable().describe("Shown in this answer alone; it must be changed at the first sign-in"),
};

const createdUser = z.object({ user, ...handover }).meta({ id: "CreatedUser" });

const params = z.strictObject({ user: z.string().min(1).max(254).describe("Id or e-mail address") });

const accountErrors = ["user.not_found", "user.account_elsewhere", "user.above_you", "user.self", "user.protected", "workspace.last_admin"] as const;

/** The people of a workspace, their accounts and roles. */
export const userRoutes = {
  "users.list": route({
    method: "GET",
    path: "/users",
    aliases: ["/admin/users", "/rbac/users"],
    tag: "People",
    summary: "List the people of the workspace",
    access: "user:read",
    query: pageQuery.extend({
      search: z.string().trim().max(100).optional().describe("Part of a name or e-mail address"),
      role: roleName.optional().describe("Held directly or through a group"),
      status: z.enum(["active", "inactive"]).optional(),
      group: id("group").optional(),
      sort: z.enum(["name", "-name"]).default("name"),
    }),
    responses: { 200: page(user) },
  }),
  "users.get": route({
    method: "GET",
    path: "/users/{user}",
    aliases: ["/rbac/users/{user}"],
    tag: "People",
    summary: "Show a person",
    access: "user:read",
    params,
    responses: { 200: user },
    errors: ["user.not_found"],
    versioned: true,
  }),
  "users.create": route({
    method: "POST",
    path: "/users",
    aliases: ["/rbac/users"],
    tag: "People",
    summary: "Create an account in the workspace",
    description: "The person gets a link by mail to choose a password, or a generated password that is shown once.",
    access: "user:create",
    body: z.strictObject({
      email,
      name: line(100),
      roles: roleSet.default(["viewer"]),
      groups: z.array(id("group")).max(50).default([]),
      password: z.enum(["mail", "generate"]).default("mail"),
    }),
    responses: { 201: createdUser },
    errors: ["user.email_taken", "group.not_found", "role.not_yours_to_give"],
  }),
  "users.update": route({
    method: "PUT",
    path: "/users/{user}",
    tag: "People",
    summary: "Change a person's name or e-mail address",
    access: "user:update",
    params,
    body: z.strictObject({ name: line(100).optional(), email: email.optional() }).refine((body) => Object.keys(body).length > 0, "must change something"),
    responses: { 200: user },
    errors: [...accountErrors, "user.email_taken", "edit.conflict"],
    versioned: true,
  }),
  "users.remove": route({
    method: "DELETE",
    path: "/users/{user}",
    aliases: ["/rbac/users/{user}"],
    tag: "People",
    summary: "Remove a person from the workspace",
    description: "Takes membership, roles, groups and API keys of this workspace. The account goes too when this was its only workspace.",
    access: "user:delete",
    params,
    responses: { 204: null },
    errors: accountErrors,
  }),
  "users.activate": route({
    method: "POST",
    path: "/users/{user}/activate",
    tag: "People",
    summary: "Let a deactivated person in again",
    access: "user:deactivate",
    params,
    responses: { 200: user },
    errors: accountErrors,
  }),
  "users.deactivate": route({
    method: "POST",
    path: "/users/{user}/deactivate",
    tag: "People",
    summary: "Deactivate an account and end its sessions at once",
    access: "user:deactivate",
    params,
    responses: { 200: user },
    errors: accountErrors,
  }),
  "users.resetPassword": route({
    method: "POST",
    path: "/users/{user}/reset-password",
    tag: "People",
    summary: "Mail a person a link to choose a new password",
    access: "user:update",
    params,
    responses: { 202: z.object({ sentTo: z.string(), link: handover.link }) },
    errors: accountErrors,
  }),
  "users.unlock": route({
    method: "POST",
    path: "/admin/users/{user}/unlock",
    aliases: ["/users/{user}/unlock"],
    tag: "People",
    summary: "Unlock an account after too many failed sign-ins",
    access: "user:update",
    params,
    responses: { 200: user },
    errors: accountErrors,
  }),
  "users.setRoles": route({
    method: "PUT",
    path: "/rbac/users/{user}/roles",
    aliases: ["/users/{user}/roles"],
    tag: "People",
    summary: "Set a person's roles in the workspace",
    access: "role:assign",
    params,
    body: z.strictObject({
      roles: roleSet,
      version: z.number().int().optional().describe("Refuse with edit.conflict unless the person is still at this version"),
    }),
    responses: { 200: user },
    errors: ["user.not_found", "user.self", "user.above_you", "user.protected", "workspace.last_admin", "role.not_yours_to_give", "edit.conflict"],
  }),
  "users.setInstanceAdmin": route({
    method: "PUT",
    path: "/admin/users/{user}/instance-admin",
    tag: "People",
    summary: "Make a person an administrator of the installation, or not",
    access: "instance:settings",
    params,
    body: z.strictObject({ instanceAdmin: z.boolean() }),
    responses: { 200: user },
    errors: accountErrors,
  }),
  "users.bulk": route({
    method: "POST",
    path: "/users/bulk",
    tag: "People",
    summary: "Do the same to many people",
    description: "Each person is handled by itself: the answer tells which were done and why others were not.",
    access: "user:read",
    body: z
      .strictObject({
        ids: z
          .array(id("user"))
          .min(1)
          .max(100)
          .transform((ids) => [...new Set(ids)]),
        action: z.enum(USER_BULK_ACTIONS),
        role: roleName.optional().describe("For add_role and remove_role"),
      })
      .refine((body) => (body.role !== undefined) === (body.action === "add_role" || body.action === "remove_role"), {
        path: ["role"],
        message: "goes with add_role and remove_role, and with no other action",
      }),
    responses: { 200: z.object({ results: z.array(bulkResult) }) },
  }),
} as const;
