import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { sendBySmtp } from "../smtp.ts";
import { findMailRow, type MailRow, markFailed, markKept, markSent } from "../store.ts";

/**
 * Sends a waiting mail, or keeps it readable in the local outbox when no mail server is set. A mail that is not waiting
 * any more is left alone. Throws `mail.unreachable` (worth another try) or `mail.refused`; with `lastAttempt` either ends it.
 */
export async function deliverMail(ctx: Ctx, mailId: string, options: { readonly lastAttempt: boolean }): Promise<"sent" | "kept" | "done_before"> {
  const row = await findMailRow(ctx.system.db, mailId);
  if (row === undefined || row.status !== "waiting") return "done_before";
  const { mail } = ctx.services.config;
  if (mail.smtpUrl === null) {
    await ctx.system.tx((ctx) => markKept(ctx.db, mailId));
    return "kept";
  }
  try {
    await sendBySmtp({ smtpUrl: mail.smtpUrl, from: mail.from, publicUrl: ctx.services.config.publicUrl }, row);
  } catch (error) {
    const final = options.lastAttempt || isAppError(error, "mail.refused");
    await noteFailure(ctx, row, error instanceof Error ? error : problem("mail.unreachable", { reason: String(error) }), final);
    throw error;
  }
  await ctx.system.tx((ctx) => markSent(ctx.db, mailId, ctx.now));
  return "sent";
}

async function noteFailure(ctx: Ctx, row: MailRow, error: Error, final: boolean): Promise<void> {
  await ctx.system.tx(async (ctx) => {
    await markFailed(ctx.db, row.id, { error: error.message, final });
    if (final) {
      const workspaceId = row.workspace_id as typeof ctx.principal.workspaceId;
      await ctx.record({
        type: "mail.failed",
        workspaceId,
        subject: { id: row.id, label: row.subject },
        result: "failure",
        data: { to: row.to_address, kind: row.kind },
      });
    }
  });
}
