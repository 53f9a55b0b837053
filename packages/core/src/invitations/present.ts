import type { Id } from "@granary/kernel";
import type { Invitation } from "@granary/protocol";
import { mayDo } from "../access/index.ts";
import type { Principal } from "../context/index.ts";
import { inRoleOrder } from "../roles/index.ts";
import { invitationStatus, isOpen } from "./rules.ts";
import type { InvitationRow } from "./store.ts";

export function presentInvitation(principal: Principal, row: InvitationRow, now: Date): Invitation {
  const status = invitationStatus(row, now);
  const may = mayDo(principal, "user:create") && isOpen(status);
  return {
    id: row.id as Id<"invitation">,
    email: row.email,
    name: row.name,
    roles: inRoleOrder(principal, row.roles),
    status,
    invitedBy: row.invited_by === null || row.inviter_name === null ? null : { id: row.invited_by as Id<"user">, name: row.inviter_name },
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    acceptedAt: row.accepted_at?.toISOString() ?? null,
    can: { resend: may, revoke: may },
  };
}
