import { problem, type SecondFactorPending } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { attemptsAt, judgeAttempt, refuseWhenLocked } from "../attempts.ts";
import { type Granted, openPendingSession, openSession, requireAccount, type SessionWish } from "../open-session.ts";
import { verifyPassword } from "../password.ts";
import { type AccountRow, findAccountByEmail } from "../store/accounts.ts";
import { tellLocked } from "../tell-owner.ts";

export interface SignIn extends SessionWish {
  readonly email: string;
  readonly password: string;
}

type Outcome = { readonly granted: Granted | Granted<SecondFactorPending> } | { readonly refusal: Error };

/**
 * Signs a person in by password, up to the second factor where there is one. An unknown name, a wrong password and a lock
 * answer alike and cost alike; what is special about the account is told only to who knows the password.
 */
export async function signIn(ctx: Ctx, input: SignIn): Promise<Granted | Granted<SecondFactorPending>> {
  const attempt = attemptsAt.signIn(input.email);
  await refuseWhenLocked(ctx.system.db, attempt, ctx.services.clock.now());
  const account = await findAccountByEmail(ctx.system.db, input.email);
  const right = await verifyPassword(account?.password_hash ?? null, input.password);
  const outcome = await ctx.system.tx(async (ctx): Promise<Outcome> => {
    const { refusal, lockedMinutes } = await judgeAttempt(ctx, attempt, right, problem("auth.credentials_wrong"));
    if (refusal !== undefined) {
      await recordRefusal(ctx, { account, email: input.email, reason: refusal.code });
      if (lockedMinutes > 0) await warnOwner(ctx, account, { email: input.email, minutes: lockedMinutes });
      return { refusal };
    }
    return admit(ctx, account, input);
  });
  if ("refusal" in outcome) throw outcome.refusal;
  return outcome.granted;
}

async function admit(ctx: TxCtx, known: AccountRow | undefined, input: SignIn): Promise<Outcome> {
  if (known === undefined) throw new Error("A sign-in without an account stood.");
  const account = await requireAccount(ctx, known.id);
  // The password was changed between the comparison and now: what was compared is not valid any more.
  if (account.password_hash !== known.password_hash) return { refusal: problem("auth.credentials_wrong") };
  const reason = account.status === "inactive" ? "account.inactive" : account.email_verified_at === null ? "auth.email_unverified" : undefined;
  if (reason !== undefined) {
    await recordRefusal(ctx, { account, email: account.email, reason });
    return { refusal: problem(reason) };
  }
  const wish = { client: input.client, remember: input.remember };
  return { granted: account.totp_enabled_at === null ? await openSession(ctx, account, wish) : await openPendingSession(ctx, account, wish) };
}

interface Refusal {
  readonly account: AccountRow | undefined;
  readonly email: string;
  readonly reason: string;
}

async function recordRefusal(ctx: TxCtx, { account, email, reason }: Refusal): Promise<void> {
  const workspaceId = (account?.home_workspace_id ?? null) as typeof ctx.principal.workspaceId;
  await ctx.record({ type: "session.refused", workspaceId, result: "denied", subject: { id: account?.id ?? null, label: email }, data: { reason } });
}

/** Records the lock and, when the name has an owner, writes to them. */
export async function warnOwner(ctx: TxCtx, account: AccountRow | undefined, lock: { readonly email: string; readonly minutes: number }): Promise<void> {
  const workspaceId = (account?.home_workspace_id ?? null) as typeof ctx.principal.workspaceId;
  await ctx.record({
    type: "user.locked",
    workspaceId,
    result: "denied",
    subject: { id: account?.id ?? null, label: lock.email },
    data: { minutes: lock.minutes },
  });
  if (account !== undefined) await tellLocked(ctx, account, lock.minutes);
}
