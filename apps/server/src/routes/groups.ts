import { addGroupMembers, createGroup, deleteGroup, getGroup, listGroupMembers, listGroups, removeGroupMember, updateGroup } from "@granary/core/groups";
import type { groupRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const groupHandlers: HandlersOf<typeof groupRoutes> = {
  "groups.list": (ctx, { query }) => listGroups(ctx, query),
  "groups.create": (ctx, { body }) => createGroup(ctx, body),
  "groups.get": (ctx, { params }) => getGroup(ctx, params.group),
  "groups.update": (ctx, { params, body, version }) => updateGroup(ctx, params.group, version, body),
  "groups.delete": async (ctx, { params }) => {
    await deleteGroup(ctx, params.group);
  },
  "groups.listMembers": (ctx, { params, query }) => listGroupMembers(ctx, params.group, query),
  "groups.addMembers": (ctx, { params, body }) => addGroupMembers(ctx, params.group, body.users),
  "groups.removeMember": (ctx, { params }) => removeGroupMember(ctx, params.group, params.user),
};
