import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { attemptsAt, judgeAttempt } from "../attempts.ts";
import { takeCode } from "../check-code.ts";
import { confirmOwnPassword } from "../own-password.ts";
import { requireSession } from "../person.ts";
import { holdAccount } from "../store/accounts.ts";
import { removeTotp } from "../store/second-factor.ts";
import { tellSecondFactorChanged } from "../tell-owner.ts";

/** Removes the caller's second factor, after password and code; refused while one of their roles demands it. */
export async function disableSecondFactor(ctx: Ctx, input: { readonly password: string; readonly code: string }): Promise<void> {
  const { userId } = requireSession(ctx.principal);
  await confirmOwnPassword(ctx, userId, input.password);
  const refused = await ctx.system.tx(async (ctx) => {
    const account = await holdAccount(ctx.db, userId);
    if (account?.totp_enabled_at == null) return problem("auth.second_factor_off");
    if (account.second_factor_demanded) return problem("auth.second_factor_demanded");
    const by = await takeCode(ctx, account, input.code);
    const { refusal } = await judgeAttempt(ctx, attemptsAt.secondFactor(userId), by !== undefined, problem("auth.code_wrong"));
    if (refusal !== undefined) return refusal;
    await removeTotp(ctx.db, userId);
    await ctx.record({ type: "user.second_factor_disabled", subject: { id: userId, label: account.email } });
    await tellSecondFactorChanged(ctx, account, false);
    return undefined;
  });
  if (refused !== undefined) throw refused;
}
