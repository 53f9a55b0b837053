import { invitePeople, listInvitations, resendInvitation, revokeInvitation } from "@granary/core/invitations";
import type { invitationRoutes } from "@granary/protocol";
import type { HandlersOf } from "../http/answer.ts";

export const invitationHandlers: HandlersOf<typeof invitationRoutes> = {
  "invitations.list": (ctx, { query }) => listInvitations(ctx, query),
  "invitations.create": async (ctx, { body }) => ({ results: await invitePeople(ctx, body) }),
  "invitations.resend": (ctx, { params }) => resendInvitation(ctx, params.invitation),
  "invitations.revoke": async (ctx, { params }) => {
    await revokeInvitation(ctx, params.invitation);
  },
};
