import type { Id } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { queueMail } from "../../mail/index.ts";

export interface QueuedTestMail {
  readonly mailId: Id<"mail">;
  readonly to: string;
  readonly delivery: "smtp" | "outbox";
}

/** Sends a test mail to an address, or to the caller's own. */
export function testMail(ctx: Ctx, input: { readonly to?: string | undefined }): Promise<QueuedTestMail> {
  const to = input.to ?? ctx.principal.email;
  if (to === null) throw problem("request.invalid", {}, { issues: [{ path: "body.to", message: "is needed: you have no address of your own" }] });
  return ctx.system.tx(async (ctx) => {
    const mailId = await queueMail(ctx, { to, kind: "mail_test", params: { askedBy: ctx.principal.name } });
    await ctx.record({ type: "settings.mail_tested", workspaceId: null, subject: { id: mailId, label: to } });
    return { mailId, to, delivery: ctx.services.config.mail.smtpUrl === null ? "outbox" : "smtp" };
  });
}
