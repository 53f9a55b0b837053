import { askForAccess, changeGrant, decideRequest, listGrants, listRequests, revokeGrant, shareDataset, withdrawRequest } from "@granary/core/dataset-access";
import type { datasetSharingRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const datasetSharingHandlers: HandlersOf<typeof datasetSharingRoutes> = {
  "datasetPermissions.list": (ctx, { params, query }) => listGrants(ctx, params.dataset, query),
  "datasetPermissions.grant": (ctx, { params, body: { level, expiresAt, ...grantee } }) =>
    shareDataset(ctx, params.dataset, grantee, { level, expiresAt: expiresAt === undefined ? null : new Date(expiresAt) }),
  "datasetPermissions.update": (ctx, { params, body }) =>
    changeGrant(ctx, params.dataset, params.grantee, {
      level: body.level,
      expiresAt: typeof body.expiresAt === "string" ? new Date(body.expiresAt) : body.expiresAt,
    }),
  "datasetPermissions.revoke": async (ctx, { params }) => {
    await revokeGrant(ctx, params.dataset, params.grantee);
  },
  "accessRequests.create": (ctx, { params, body }) => askForAccess(ctx, params.dataset, body),
  "accessRequests.list": (ctx, { query }) => listRequests(ctx, query),
  "accessRequests.approve": (ctx, { params, body }) => decideRequest(ctx, params.request, { state: "approved", ...body }),
  "accessRequests.deny": (ctx, { params, body }) => decideRequest(ctx, params.request, { state: "denied", ...body }),
  "accessRequests.withdraw": async (ctx, { params }) => {
    await withdrawRequest(ctx, params.request);
  },
};
