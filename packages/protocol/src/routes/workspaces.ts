import { z } from "zod";
import { route } from "../route.ts";
import { can, id, instant, line, page, pageQuery } from "../schemas.ts";

const slug = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9-]{0,47}$/, "must be 1 to 48 lower-case letters, digits or hyphens, starting with a letter or digit");

export const workspace = z
  .object({
    id: id("workspace"),
    slug: z.string(),
    name: z.string(),
    version: z.number().int(),
    members: z.number().int(),
    createdAt: instant,
    can: can("update", "delete"),
  })
  .meta({ id: "Workspace" });

export type Workspace = z.infer<typeof workspace>;

const params = z.strictObject({ workspace: z.string().min(1).max(64).describe("Id or slug") });

/** A workspace is the tenant: people, data and settings of one are invisible to all others. */
export const workspaceRoutes = {
  "workspaces.list": route({
    method: "GET",
    path: "/workspaces",
    tag: "Workspaces",
    summary: "List the workspaces you are a member of",
    access: "signed_in",
    query: pageQuery,
    responses: { 200: page(workspace) },
  }),
  "workspaces.create": route({
    method: "POST",
    path: "/workspaces",
    tag: "Workspaces",
    summary: "Create a workspace with yourself as its administrator",
    access: "workspace:create",
    body: z.strictObject({ name: line(100), slug: slug.optional() }),
    responses: { 201: workspace },
    errors: ["workspace.slug_taken"],
  }),
  "workspaces.get": route({
    method: "GET",
    path: "/workspaces/{workspace}",
    tag: "Workspaces",
    summary: "Show a workspace",
    access: "signed_in",
    params,
    responses: { 200: workspace },
    errors: ["workspace.not_found"],
    versioned: true,
  }),
  "workspaces.update": route({
    method: "PATCH",
    path: "/workspaces/{workspace}",
    tag: "Workspaces",
    summary: "Rename a workspace",
    access: "settings:update",
    params,
    body: z.strictObject({ name: line(100).optional(), slug: slug.optional() }).refine((body) => Object.keys(body).length > 0, "must change something"),
    responses: { 200: workspace },
    errors: ["workspace.not_found", "workspace.slug_taken", "edit.conflict"],
    versioned: true,
  }),
} as const;
