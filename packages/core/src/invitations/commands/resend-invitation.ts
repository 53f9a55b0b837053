import { type Invitation, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { mayBeToldLinks } from "../../people/index.ts";
import { ungrantable } from "../../roles/index.ts";
import { holdOpen } from "../hold-open.ts";
import { mailInvitation, newInvitationLink } from "../mail-invitation.ts";
import { presentInvitation } from "../present.ts";
import { expiryFrom } from "../rules.ts";
import { findInvitationRow, findWorkspaceName, renewInvitation } from "../store.ts";

/** Sends an invitation again with a new link and a new week; the old link stops working. */
export async function resendInvitation(ctx: Ctx, id: string): Promise<{ invitation: Invitation; link: string | null }> {
  let link: string | null = null;
  const answer = await ctx.tx(async (ctx) => {
    const open = await holdOpen(ctx, id);
    const role = ungrantable(ctx.principal, open.roles);
    if (role !== undefined) throw problem("role.not_yours_to_give", { role });
    const made = newInvitationLink(ctx);
    link = made.link;
    await renewInvitation(ctx.db, id, made.hash, expiryFrom(ctx.now));
    await mailInvitation(ctx, { email: open.email, name: open.name, link: made.link, workspaceName: await findWorkspaceName(ctx.db, ctx.workspaceId) });
    await ctx.record({ type: "invitation.resent", subject: { id, label: open.email } });
    const row = (await findInvitationRow(ctx.db, id)) ?? open;
    return { invitation: presentInvitation(ctx.principal, row, ctx.now), link: null };
  });
  return { ...answer, link: mayBeToldLinks(ctx) ? link : null };
}
