import type { Reader, Writer } from "@granary/db";
import type { AppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { TxCtx } from "../context/index.ts";
import { afterFailure, type Failures, secondsLocked } from "./rules.ts";
import { deleteFailures, findFailures, holdFailures, storeFailures } from "./store/failures.ts";

/** Names under which attempts are counted. None is an e-mail address but the first, so none can be reached by signing in. */
export const attemptsAt = {
  signIn: (email: string) => email.toLowerCase(),
  secondFactor: (userId: string) => `second factor ${userId}`,
  ownPassword: (userId: string) => `own password ${userId}`,
} as const;

/** Refuses with `auth.locked` before any secret is looked at. */
export async function refuseWhenLocked(db: Reader | Writer, account: string, now: Date): Promise<void> {
  const refusal = lockedProblem(await findFailures(db, account), now);
  if (refusal !== undefined) throw refusal;
}

function lockedProblem(state: Failures | undefined, now: Date): AppError | undefined {
  const seconds = secondsLocked(state, now);
  return seconds === 0 ? undefined : problem("auth.locked", { seconds });
}

export interface Judged {
  /** What to answer; undefined when the attempt stands. */
  readonly refusal: AppError | undefined;
  /** Minutes the name is locked from now on because of this attempt; 0 when it is not. */
  readonly lockedMinutes: number;
}

/**
 * Counts an attempt whose secret was already compared. While the name is locked even the right secret is refused, so that
 * guesses sent at the same moment gain nothing. Throw the refusal after the transaction, which must commit the count.
 */
export async function judgeAttempt(ctx: TxCtx, account: string, right: boolean, wrong: AppError): Promise<Judged> {
  const state = await holdFailures(ctx.db, account, ctx.now);
  const locked = lockedProblem(state, ctx.now);
  if (locked !== undefined) return { refusal: locked, lockedMinutes: 0 };
  if (right) {
    await deleteFailures(ctx.db, [account]);
    return { refusal: undefined, lockedMinutes: 0 };
  }
  const next = afterFailure(state, ctx.now);
  await storeFailures(ctx.db, account, next);
  const seconds = secondsLocked(next, ctx.now);
  return { refusal: seconds === 0 ? wrong : problem("auth.locked", { seconds }), lockedMinutes: Math.round(seconds / 60) };
}
