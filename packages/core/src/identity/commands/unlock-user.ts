import { problem } from "@granary/protocol";
import type { TxCtx } from "../../context/index.ts";
import { attemptsAt } from "../attempts.ts";
import { findAccount } from "../store/accounts.ts";
import { deleteFailures } from "../store/failures.ts";

/**
 * Lifts every lock of a person, inside the caller's transaction (scope `system`); the caller has decided that it is allowed.
 * Returns whether there was anything to lift, and records the event then.
 */
export async function unlockUser(ctx: TxCtx, userId: string): Promise<boolean> {
  const account = await findAccount(ctx.db, userId);
  if (account === undefined) throw problem("user.not_found");
  const wasLocked = await deleteFailures(ctx.db, [attemptsAt.signIn(account.email), attemptsAt.secondFactor(userId), attemptsAt.ownPassword(userId)]);
  if (wasLocked) await ctx.record({ type: "user.unlocked", subject: { id: userId, label: account.email } });
  return wasLocked;
}
