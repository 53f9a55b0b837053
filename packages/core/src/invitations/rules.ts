import type { InvitationStatus } from "./store.ts";

export const INVITATION_DAYS = 7;
const DAY_MS = 86_400_000;

export function expiryFrom(now: Date): Date {
  return new Date(now.getTime() + INVITATION_DAYS * DAY_MS);
}

interface Times {
  readonly accepted_at: Date | null;
  readonly revoked_at: Date | null;
  readonly expires_at: Date;
}

export function invitationStatus(times: Times, now: Date): InvitationStatus {
  if (times.accepted_at !== null) return "accepted";
  if (times.revoked_at !== null) return "revoked";
  return times.expires_at <= now ? "expired" : "waiting";
}

/** Whether an invitation can still be sent again or taken back: also after it expired. */
export function isOpen(status: InvitationStatus): boolean {
  return status === "waiting" || status === "expired";
}
