import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { issueResetLink } from "../../identity/index.ts";
import { queueMail } from "../../mail/index.ts";
import { holdForAction } from "../acting-on.ts";
import { mayBeToldLinks } from "../handover.ts";

export interface SentLink {
  readonly sentTo: string;
  /** Null in the answer to a repeated request, and unless the caller may read the local outbox. */
  readonly link: string | null;
}

/** Mails a person a link to choose a new password; the present one works until then. */
export async function sendPasswordLink(ctx: Ctx, idOrEmail: string): Promise<SentLink> {
  let link: string | null = null;
  const sent = await ctx.system.tx(async (ctx): Promise<SentLink> => {
    const mailed = await sendPasswordLinkIn(ctx, idOrEmail);
    link = mailed.link;
    return { sentTo: mailed.sentTo, link: null };
  });
  return { ...sent, link: mayBeToldLinks(ctx) ? link : null };
}

export async function sendPasswordLinkIn(ctx: TxCtx, idOrEmail: string): Promise<{ readonly sentTo: string; readonly link: string }> {
  const person = await holdForAction(ctx, idOrEmail, "resetPassword");
  if (person.status === "inactive") throw problem("user.inactive", { name: person.name });
  const { link, hours } = await issueResetLink(ctx, person);
  await queueMail(ctx, { to: person.email, kind: "reset_password", params: { name: person.name, link, hours, askedBy: ctx.principal.name } });
  await ctx.record({ type: "user.password_link_sent", subject: { id: person.id, label: person.email } });
  return { sentTo: person.email, link };
}
