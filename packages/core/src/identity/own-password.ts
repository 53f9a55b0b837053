import { problem } from "@granary/protocol";
import type { Ctx } from "../context/index.ts";
import { attemptsAt, judgeAttempt, refuseWhenLocked } from "./attempts.ts";
import { verifyPassword } from "./password.ts";
import { type AccountRow, findAccount } from "./store/accounts.ts";

/** Asks a signed-in person for their password again; wrong ones are counted apart from those at sign-in. */
export async function confirmOwnPassword(ctx: Ctx, userId: string, password: string): Promise<AccountRow> {
  const attempt = attemptsAt.ownPassword(userId);
  await refuseWhenLocked(ctx.system.db, attempt, ctx.services.clock.now());
  const account = await findAccount(ctx.system.db, userId);
  const right = await verifyPassword(account?.password_hash ?? null, password);
  const { refusal } = await ctx.system.tx((ctx) => judgeAttempt(ctx, attempt, right, problem("auth.password_wrong")));
  if (refusal !== undefined || account === undefined) throw refusal ?? problem("auth.required");
  return account;
}
