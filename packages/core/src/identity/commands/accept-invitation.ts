import type { Id } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { asDoer, requireSession } from "../person.ts";
import { requireAccount } from "../open-session.ts";
import type { AccountRow } from "../store/accounts.ts";
import { findLiveInvitation, joinWorkspace, type LiveInvitation, takeInvitation } from "../store/invitations.ts";
import { tokenHash } from "../tokens.ts";

/** Uses an invitation up for a person, inside the caller's transaction (scope `system`). */
export async function joinByInvitation(ctx: TxCtx, invitation: LiveInvitation, account: AccountRow): Promise<void> {
  if (!(await takeInvitation(ctx.db, invitation.id, ctx.now))) throw problem("auth.token_invalid");
  const workspaceId = invitation.workspace_id as Id<"workspace">;
  await joinWorkspace(ctx.db, { workspaceId, userId: account.id, roles: invitation.roles, now: ctx.now });
  await ctx.record({
    type: "invitation.accepted",
    principal: asDoer(account),
    workspaceId,
    subject: { id: invitation.id, label: invitation.email },
    data: { roles: invitation.roles },
  });
}

/** Lets the signed-in person into the workspace they were invited to at their own address. */
export async function acceptInvitation(ctx: Ctx, token: string): Promise<{ workspace: { id: Id<"workspace">; slug: string; name: string } }> {
  const { userId } = requireSession(ctx.principal);
  return ctx.system.tx(async (ctx) => {
    const invitation = await findLiveInvitation(ctx.db, tokenHash(token), ctx.now);
    if (invitation === undefined) throw problem("auth.token_invalid");
    const account = await requireAccount(ctx, userId);
    if (account.email.toLowerCase() !== invitation.email.toLowerCase()) throw problem("auth.invitation_other_address");
    await joinByInvitation(ctx, invitation, account);
    return { workspace: { id: invitation.workspace_id as Id<"workspace">, slug: invitation.slug, name: invitation.workspace_name } };
  });
}
