export { addGroupMembers, removeGroupMember } from "./commands/change-members.ts";
export { createGroup } from "./commands/create-group.ts";
export { deleteGroup } from "./commands/delete-group.ts";
export { type GroupChange, updateGroup } from "./commands/update-group.ts";
export { getGroup, listGroupMembers, listGroups } from "./queries/list-groups.ts";
