import { createWorkspace, getWorkspace, listWorkspaces, updateWorkspace } from "@granary/core/workspaces";
import type { workspaceRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const workspaceHandlers: HandlersOf<typeof workspaceRoutes> = {
  "workspaces.list": (ctx, { query }) => listWorkspaces(ctx, query),
  "workspaces.create": (ctx, { body }) => createWorkspace(ctx, body),
  "workspaces.get": (ctx, { params }) => getWorkspace(ctx, params.workspace),
  "workspaces.update": (ctx, { params, body, version }) => updateWorkspace(ctx, params.workspace, version, body),
};
