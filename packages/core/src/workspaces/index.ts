export { addWorkspace, createWorkspace } from "./commands/create-workspace.ts";
export { updateWorkspace } from "./commands/update-workspace.ts";
export { getWorkspace } from "./queries/get-workspace.ts";
export { listWorkspaces } from "./queries/list-workspaces.ts";
