import type { TxCtx } from "../context/index.ts";
import { newToken, tokenHash } from "../identity/index.ts";
import { queueMail } from "../mail/index.ts";
import { INVITATION_DAYS } from "./rules.ts";

export interface InvitationLink {
  readonly link: string;
  readonly hash: Buffer;
}

/** A new link to accept an invitation by; only its hash is stored. */
export function newInvitationLink(ctx: TxCtx): InvitationLink {
  const token = newToken("one_time");
  return { link: `${ctx.services.config.publicUrl}/invitation?token=${token}`, hash: tokenHash(token) };
}

export async function mailInvitation(
  ctx: TxCtx,
  to: { readonly email: string; readonly name: string | null; readonly link: string; readonly workspaceName: string },
): Promise<void> {
  const { name, link, workspaceName } = to;
  await queueMail(ctx, { to: to.email, kind: "invitation", params: { name, workspaceName, inviterName: ctx.principal.name, link, days: INVITATION_DAYS } });
}
