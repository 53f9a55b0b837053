export { invitePeople, type NewInvitations } from "./commands/invite-people.ts";
export { resendInvitation } from "./commands/resend-invitation.ts";
export { revokeInvitation } from "./commands/revoke-invitation.ts";
export { type InvitationQuery, listInvitations } from "./queries/list-invitations.ts";
