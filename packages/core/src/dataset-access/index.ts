export { askForAccess, withdrawRequest } from "./commands/ask-for-access.ts";
export { decideRequest } from "./commands/decide-request.ts";
export { changeGrant, revokeGrant, shareDataset } from "./commands/share-dataset.ts";
export { listGrants } from "./queries/list-grants.ts";
export { listRequests } from "./queries/list-requests.ts";
