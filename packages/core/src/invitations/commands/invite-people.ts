import { newId } from "@granary/kernel";
import { type InvitationResult, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { mayBeToldLinks } from "../../people/index.ts";
import { inRoleOrder, requireRoles, ungrantable } from "../../roles/index.ts";
import { mailInvitation, newInvitationLink } from "../mail-invitation.ts";
import { presentInvitation } from "../present.ts";
import { expiryFrom } from "../rules.ts";
import { findInvitationRow, findMemberEmails, findWaiting, findWorkspaceName, insertInvitation } from "../store.ts";

export interface NewInvitations {
  readonly emails: readonly string[];
  readonly name?: string | undefined;
  readonly roles: readonly string[];
}

/** Invites people by mail. Members and those with a waiting invitation are left alone and named in the answer. */
export async function invitePeople(ctx: Ctx, input: NewInvitations): Promise<InvitationResult[]> {
  const role = ungrantable(ctx.principal, input.roles);
  if (role !== undefined) throw problem("role.not_yours_to_give", { role });
  const links = new Map<string, string>();
  const { results } = await ctx.tx(async (ctx) => ({ results: await inviteAll(ctx, input, links) }));
  return mayBeToldLinks(ctx) ? results.map((result) => ({ ...result, link: links.get(result.email) ?? null })) : results;
}

async function inviteAll(ctx: TxCtx, input: NewInvitations, links: Map<string, string>): Promise<InvitationResult[]> {
  await requireRoles(ctx, input.roles);
  const members = await findMemberEmails(ctx.db, input.emails);
  const waiting = new Map((await findWaiting(ctx.db, input.emails, ctx.now)).map((row) => [row.email.toLowerCase(), row]));
  const workspaceName = await findWorkspaceName(ctx.db, ctx.workspaceId);
  const results: InvitationResult[] = [];
  for (const email of input.emails) {
    const known = waiting.get(email);
    if (members.has(email)) results.push({ email, result: "already_member", invitation: null, link: null });
    else if (known !== undefined) results.push({ email, result: "already_invited", invitation: presentInvitation(ctx.principal, known, ctx.now), link: null });
    else results.push(await inviteOne(ctx, { ...input, email, workspaceName }, links));
  }
  return results;
}

async function inviteOne(
  ctx: TxCtx,
  input: NewInvitations & { readonly email: string; readonly workspaceName: string },
  links: Map<string, string>,
): Promise<InvitationResult> {
  const { email, workspaceName } = input;
  const { link, hash } = newInvitationLink(ctx);
  links.set(email, link);
  const id = newId("invitation", ctx.now.getTime());
  const name = input.emails.length === 1 ? (input.name ?? null) : null;
  const roles = inRoleOrder(ctx.principal, input.roles);
  await insertInvitation(ctx.db, {
    id,
    workspaceId: ctx.workspaceId,
    email,
    name,
    roles,
    tokenHash: hash,
    invitedBy: ctx.principal.userId,
    now: ctx.now,
    expiresAt: expiryFrom(ctx.now),
  });
  await mailInvitation(ctx, { email, name, link, workspaceName });
  await ctx.record({ type: "invitation.sent", subject: { id, label: email }, data: { roles } });
  const row = await findInvitationRow(ctx.db, id);
  return { email, result: "invited", invitation: row === undefined ? null : presentInvitation(ctx.principal, row, ctx.now), link: null };
}
