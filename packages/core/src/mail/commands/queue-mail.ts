import { type Id, newId } from "@granary/kernel";
import type { TxCtx } from "../../context/index.ts";
import { countMails, insertMail } from "../store.ts";
import { draw, type Letter, type MailKind, type MailParams, TEMPLATES } from "../templates/index.ts";

export interface NewMail<K extends MailKind> {
  readonly to: string;
  readonly kind: K;
  readonly params: MailParams<K>;
}

/**
 * Writes a mail and queues its sending in the caller's transaction: when that rolls back, nothing is sent.
 * Use: `await queueMail(ctx, { to, kind: "invitation", params: { ... } })`.
 */
export async function queueMail<K extends MailKind>(ctx: TxCtx, mail: NewMail<K>): Promise<Id<"mail">> {
  const id = newId("mail", ctx.now.getTime());
  const template = TEMPLATES[mail.kind] as unknown as (params: MailParams<K>) => Letter;
  await insertMail(ctx.db, { id, workspaceId: ctx.principal.workspaceId, to: mail.to, kind: mail.kind, mail: draw(template(mail.params)), now: ctx.now });
  await ctx.enqueue("mail.send", { mailId: id }, { priority: 10 });
  return id;
}

const ANONYMOUS_MAILS_PER_HOUR = 5;
const HOUR_MS = 3_600_000;

/**
 * Whether one more mail of a kind may go to an address that a stranger typed: at most 5 an hour, so that nobody's mailbox is
 * filled through us. Needs a transaction of the scope `system`.
 */
export async function mayMailStranger(ctx: TxCtx, to: string, kind: MailKind): Promise<boolean> {
  return (await countMails(ctx.db, to, kind, new Date(ctx.now.getTime() - HOUR_MS))) < ANONYMOUS_MAILS_PER_HOUR;
}
