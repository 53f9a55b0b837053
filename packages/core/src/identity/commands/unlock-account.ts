import type { TxCtx } from "../../context/index.ts";
import { attemptsAt } from "../attempts.ts";
import { deleteFailures } from "../store/failures.ts";

/**
 * Lifts every lock of a person, inside the caller's transaction (scope `system`); the caller has decided that it is allowed.
 * Returns whether there was anything to lift, and records the event then.
 */
export async function unlockAccount(ctx: TxCtx, person: { readonly id: string; readonly email: string }): Promise<boolean> {
  const wasLocked = await deleteFailures(ctx.db, [attemptsAt.signIn(person.email), attemptsAt.secondFactor(person.id), attemptsAt.ownPassword(person.id)]);
  if (wasLocked) await ctx.record({ type: "user.unlocked", subject: { id: person.id, label: person.email } });
  return wasLocked;
}
