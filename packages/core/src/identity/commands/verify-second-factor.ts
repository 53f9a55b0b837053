import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { attemptsAt, judgeAttempt } from "../attempts.ts";
import { backupCodeHash, newBackupCodes } from "../backup-codes.ts";
import { matchOwnTotp, takeCode } from "../check-code.ts";
import { finishSignIn, type Granted, requireAccount, sessionTimes } from "../open-session.ts";
import { asDoer, requireSession } from "../person.ts";
import { readInstanceSettings } from "../../settings/index.ts";
import { type AccountRow, holdAccount } from "../store/accounts.ts";
import { enableTotp, replaceBackupCodes } from "../store/second-factor.ts";
import { completeSession, deleteTokens, holdLiveSession, type SessionRow } from "../store/sessions.ts";
import { tellSecondFactorChanged } from "../tell-owner.ts";
import { warnOwner } from "./sign-in.ts";

export type SecondFactorVerified = { readonly granted: Granted } | { readonly backupCodes: string[] };

type Outcome = SecondFactorVerified | { readonly refusal: Error };

/**
 * Takes a code: it finishes the sign-in of a half signed-in session, or the enrolment that {@link beginSecondFactor} began,
 * whose answer are ten backup codes shown this once.
 */
export async function verifySecondFactor(ctx: Ctx, code: string): Promise<SecondFactorVerified> {
  const { userId, sessionId } = requireSession(ctx.principal);
  const outcome = await ctx.system.tx(async (ctx): Promise<Outcome> => {
    const session = await holdLiveSession(ctx.db, sessionId, ctx.now);
    const account = await holdAccount(ctx.db, userId);
    if (session === undefined || account === undefined) return { refusal: problem("auth.required") };
    if (session.second_factor_pending) return finishPending(ctx, account, session, code);
    return finishEnrolment(ctx, account, code);
  });
  if ("refusal" in outcome) throw outcome.refusal;
  return outcome;
}

async function judgeCode(ctx: TxCtx, account: AccountRow, right: boolean): Promise<Error | undefined> {
  const { refusal, lockedMinutes } = await judgeAttempt(ctx, attemptsAt.secondFactor(account.id), right, problem("auth.code_wrong"));
  if (refusal === undefined) return undefined;
  await ctx.record({
    type: "session.refused",
    principal: asDoer(account),
    result: "denied",
    subject: { id: account.id, label: account.email },
    data: { reason: refusal.code },
  });
  if (lockedMinutes > 0) await warnOwner(ctx, account, { email: account.email, minutes: lockedMinutes });
  return refusal;
}

async function finishPending(ctx: TxCtx, account: AccountRow, session: SessionRow, code: string): Promise<Outcome> {
  const by = await takeCode(ctx, account, code);
  const refusal = await judgeCode(ctx, account, by !== undefined);
  if (refusal !== undefined) return { refusal };
  if (account.status === "inactive") return { refusal: problem("account.inactive") };
  const wish = { client: session.client, remember: session.remember };
  const { expiresAt } = sessionTimes(await readInstanceSettings(ctx.db, ctx.services.config), wish, ctx.now);
  await completeSession(ctx.db, session.id, { now: ctx.now, expiresAt });
  // Tokens from before the second factor must not become tokens of the whole session.
  await deleteTokens(ctx.db, session.id);
  if (by === "backup_code") {
    const left = account.backup_codes_left - 1;
    await ctx.record({ type: "user.backup_code_used", principal: asDoer(account), subject: { id: account.id, label: account.email }, data: { left } });
  }
  const after = await requireAccount(ctx, account.id);
  return { granted: await finishSignIn(ctx, { account: after, sessionId: session.id, wish, expiresAt, data: { secondFactor: by } }) };
}

async function finishEnrolment(ctx: TxCtx, account: AccountRow, code: string): Promise<Outcome> {
  if (account.totp_enabled_at !== null || account.totp_secret === null) return { refusal: problem("auth.second_factor_not_started") };
  const step = await matchOwnTotp(ctx, account, code);
  const refusal = await judgeCode(ctx, account, step !== undefined);
  if (refusal !== undefined || step === undefined) return { refusal: refusal ?? problem("auth.code_wrong") };
  await enableTotp(ctx.db, account.id, step, ctx.now);
  const backupCodes = await giveBackupCodes(ctx, account.id);
  await ctx.record({ type: "user.second_factor_enabled", subject: { id: account.id, label: account.email } });
  await tellSecondFactorChanged(ctx, account, true);
  return { backupCodes };
}

/** Replaces a person's backup codes by ten new ones, of which only keyed hashes are kept. */
export async function giveBackupCodes(ctx: TxCtx, userId: string): Promise<string[]> {
  const codes = newBackupCodes();
  const key = ctx.services.config.secrets.encryptionKey;
  await replaceBackupCodes(
    ctx.db,
    userId,
    codes.map((code) => backupCodeHash(key, userId, code)),
  );
  return codes;
}
