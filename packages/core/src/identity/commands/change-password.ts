import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { confirmOwnPassword } from "../own-password.ts";
import { hashPassword, requireGoodPassword } from "../password.ts";
import { requireSession } from "../person.ts";
import { holdAccount, storePassword } from "../store/accounts.ts";
import { revokeSessions } from "../store/sessions.ts";
import { tellPasswordChanged } from "../tell-owner.ts";

/** Changes the caller's password and ends all their other sessions; returns how many. */
export async function changePassword(ctx: Ctx, input: { readonly currentPassword: string; readonly newPassword: string }): Promise<number> {
  const { userId, sessionId } = requireSession(ctx.principal);
  const confirmed = await confirmOwnPassword(ctx, userId, input.currentPassword);
  await requireGoodPassword(input.newPassword, confirmed, "newPassword");
  if (input.newPassword === input.currentPassword) {
    const message = "This is the password you have now. Choose another.";
    throw problem("auth.password_refused", { reason: message }, { issues: [{ path: "body.newPassword", message }] });
  }
  const passwordHash = await hashPassword(input.newPassword);
  return ctx.system.tx(async (ctx) => {
    const account = await holdAccount(ctx.db, userId);
    // Changed by somebody else since it was confirmed: the confirmation is worth nothing.
    if (account === undefined || account.password_hash !== confirmed.password_hash) throw problem("auth.password_wrong");
    await storePassword(ctx.db, userId, passwordHash, ctx.now);
    const ended = await revokeSessions(ctx.db, userId, { reason: "password_changed", now: ctx.now, except: sessionId });
    await ctx.record({ type: "user.password_changed", subject: { id: userId, label: account.email }, data: { sessionsEnded: ended.length } });
    await tellPasswordChanged(ctx, account);
    return ended.length;
  });
}
