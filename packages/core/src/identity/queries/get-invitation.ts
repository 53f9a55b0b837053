import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { findLiveInvitation } from "../store/invitations.ts";
import { tokenHash } from "../tokens.ts";

/** What an invitation link offers, for whoever holds the link. */
export async function getInvitation(ctx: Ctx, token: string) {
  const row = await findLiveInvitation(ctx.system.db, tokenHash(token), ctx.services.clock.now());
  if (row === undefined) throw problem("auth.token_invalid");
  return {
    workspaceName: row.workspace_name,
    email: row.email,
    name: row.name,
    inviterName: row.inviter_name,
    roles: row.roles,
    expiresAt: row.expires_at.toISOString(),
    accountExists: row.account_exists,
  };
}
