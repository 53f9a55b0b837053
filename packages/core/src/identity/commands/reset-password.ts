import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { mayMailStranger, queueMail } from "../../mail/index.ts";
import { attemptsAt } from "../attempts.ts";
import { issueResetLink } from "../links.ts";
import { requireAccount } from "../open-session.ts";
import { hashPassword, requireGoodPassword } from "../password.ts";
import { asDoer } from "../person.ts";
import { findAccount, findAccountByEmail, storeEmailVerified, storePassword } from "../store/accounts.ts";
import { deleteFailures } from "../store/failures.ts";
import { findOneTimeToken, takeOneTimeToken } from "../store/one-time-tokens.ts";
import { revokeSessions } from "../store/sessions.ts";
import { tellPasswordChanged } from "../tell-owner.ts";
import { tokenHash } from "../tokens.ts";

/** Mails a reset link, if the address has an active account; the answer does not tell. */
export async function askPasswordReset(ctx: Ctx, email: string): Promise<void> {
  await ctx.system.tx(async (ctx) => {
    const account = await findAccountByEmail(ctx.db, email);
    if (account === undefined || account.status === "inactive" || !(await mayMailStranger(ctx, account.email, "reset_password"))) return;
    const { link, hours } = await issueResetLink(ctx, account);
    await queueMail(ctx, { to: account.email, kind: "reset_password", params: { name: account.name, link, hours, askedBy: null } });
    await ctx.record({
      type: "user.password_reset_asked",
      workspaceId: account.home_workspace_id as typeof ctx.principal.workspaceId,
      subject: { id: account.id, label: account.email },
    });
  });
}

/**
 * Sets a new password with the token of a reset link, which also proves the address. Every session ends and a lock of the
 * name is lifted; a second factor stays and is still asked for.
 */
export async function resetPassword(ctx: Ctx, input: { readonly token: string; readonly newPassword: string }): Promise<void> {
  const hash = tokenHash(input.token);
  const found = await findOneTimeToken(ctx.system.db, "reset_password", hash, ctx.services.clock.now());
  const person = found?.user_id == null ? undefined : await findAccount(ctx.system.db, found.user_id);
  if (person === undefined) throw problem("auth.token_invalid");
  if (person.status === "inactive") throw problem("account.inactive");
  await requireGoodPassword(input.newPassword, person, "newPassword");
  const passwordHash = await hashPassword(input.newPassword);
  await ctx.system.tx(async (ctx) => {
    const taken = await takeOneTimeToken(ctx.db, "reset_password", hash, ctx.now);
    const account = await requireAccount(ctx, person.id);
    if (taken === undefined || taken.email !== account.email) throw problem("auth.token_invalid");
    await storePassword(ctx.db, account.id, passwordHash, ctx.now);
    await storeEmailVerified(ctx.db, account.id, ctx.now);
    await deleteFailures(ctx.db, [attemptsAt.signIn(account.email), attemptsAt.ownPassword(account.id)]);
    const ended = await revokeSessions(ctx.db, account.id, { reason: "password_reset", now: ctx.now });
    await ctx.record({
      type: "user.password_reset",
      principal: asDoer(account),
      subject: { id: account.id, label: account.email },
      data: { sessionsEnded: ended.length },
    });
    await tellPasswordChanged(ctx, account);
  });
}
