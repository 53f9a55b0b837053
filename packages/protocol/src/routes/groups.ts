import { z } from "zod";
import { route } from "../route.ts";
import { can, id, instant, line, page, pageQuery } from "../schemas.ts";
import { roleSet } from "./users.ts";

export const group = z
  .object({
    id: id("group"),
    name: z.string(),
    description: z.string(),
    roles: z.array(z.string()).describe("Every member holds these too"),
    members: z.number().int().describe("Counted up to 10,000"),
    version: z.number().int(),
    createdAt: instant,
    updatedAt: instant,
    can: can("update", "delete", "changeMembers"),
  })
  .meta({ id: "Group" });

export type Group = z.infer<typeof group>;

export const groupMember = z
  .object({ id: id("user"), name: z.string(), email: z.string(), status: z.enum(["active", "inactive"]), addedAt: instant })
  .meta({ id: "GroupMember" });

export type GroupMember = z.infer<typeof groupMember>;

const description = z.string().trim().max(500);
const params = z.strictObject({ group: z.string().min(1).max(100).describe("Id or name") });
const administers = ["group.not_found", "role.not_yours_to_give", "workspace.last_admin"] as const;

/** Groups of people; their roles are held by every member. */
export const groupRoutes = {
  "groups.list": route({
    method: "GET",
    path: "/groups",
    tag: "People",
    summary: "List the groups of the workspace by name",
    access: "user:read",
    query: pageQuery.extend({ search: z.string().trim().max(100).optional() }),
    responses: { 200: page(group) },
  }),
  "groups.create": route({
    method: "POST",
    path: "/groups",
    tag: "People",
    summary: "Create a group",
    access: "group:manage",
    body: z.strictObject({ name: line(100), description: description.default(""), roles: roleSet.default([]) }),
    responses: { 201: group },
    errors: ["group.name_taken", "role.not_yours_to_give"],
  }),
  "groups.get": route({
    method: "GET",
    path: "/groups/{group}",
    tag: "People",
    summary: "Show a group",
    access: "user:read",
    params,
    responses: { 200: group },
    errors: ["group.not_found"],
    versioned: true,
  }),
  "groups.update": route({
    method: "PATCH",
    path: "/groups/{group}",
    tag: "People",
    summary: "Change a group's name, description or roles",
    access: "group:manage",
    params,
    body: z
      .strictObject({ name: line(100).optional(), description: description.optional(), roles: roleSet.optional() })
      .refine((body) => Object.keys(body).length > 0, "must change something"),
    responses: { 200: group },
    errors: [...administers, "group.name_taken", "edit.conflict"],
    versioned: true,
  }),
  "groups.delete": route({
    method: "DELETE",
    path: "/groups/{group}",
    tag: "People",
    summary: "Delete a group; its members lose the roles it gave them",
    access: "group:manage",
    params,
    responses: { 204: null },
    errors: ["group.not_found", "workspace.last_admin"],
  }),
  "groups.listMembers": route({
    method: "GET",
    path: "/groups/{group}/members",
    tag: "People",
    summary: "List a group's members by name",
    access: "user:read",
    params,
    query: pageQuery,
    responses: { 200: page(groupMember) },
    errors: ["group.not_found"],
  }),
  "groups.addMembers": route({
    method: "POST",
    path: "/groups/{group}/members",
    tag: "People",
    summary: "Add people to a group",
    access: "group:manage",
    params,
    body: z.strictObject({ users: z.array(id("user")).min(1).max(100) }),
    responses: { 200: group },
    errors: ["group.not_found", "user.not_found", "role.not_yours_to_give"],
  }),
  "groups.removeMember": route({
    method: "DELETE",
    path: "/groups/{group}/members/{user}",
    tag: "People",
    summary: "Take a person out of a group",
    access: "group:manage",
    params: params.extend({ user: z.string().min(1).max(254).describe("Id or e-mail address") }),
    responses: { 200: group },
    errors: ["group.not_found", "user.not_found", "workspace.last_admin"],
  }),
} as const;
