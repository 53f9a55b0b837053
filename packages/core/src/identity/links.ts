import type { TxCtx } from "../context/index.ts";
import { RESET_PASSWORD_HOURS, VERIFY_EMAIL_HOURS } from "./rules.ts";
import { type OneTimeKind, replaceOneTimeToken } from "./store/one-time-tokens.ts";
import { newToken, tokenHash } from "./tokens.ts";

const HOUR_MS = 3_600_000;

interface Person {
  readonly id: string;
  readonly email: string;
}

async function issue(ctx: TxCtx, kind: OneTimeKind, person: Person, hours: number): Promise<string> {
  const token = newToken("one_time");
  await replaceOneTimeToken(ctx.db, {
    hash: tokenHash(token),
    kind,
    userId: person.id,
    email: person.email,
    now: ctx.now,
    expiresAt: new Date(ctx.now.getTime() + hours * HOUR_MS),
  });
  return token;
}

/** A link that confirms an address; older ones of the person stop working. Needs a transaction of the scope `system`. */
export async function issueVerificationLink(ctx: TxCtx, person: Person): Promise<{ readonly link: string; readonly hours: number }> {
  const token = await issue(ctx, "verify_email", person, VERIFY_EMAIL_HOURS);
  return { link: `${ctx.services.config.publicUrl}/verify-email?token=${token}`, hours: VERIFY_EMAIL_HOURS };
}

/**
 * A link that sets a new password; older ones of the person stop working. `hours` is longer for accounts that somebody
 * else created. Needs a transaction of the scope `system`.
 */
export async function issueResetLink(ctx: TxCtx, person: Person, hours = RESET_PASSWORD_HOURS): Promise<{ readonly link: string; readonly hours: number }> {
  const token = await issue(ctx, "reset_password", person, hours);
  return { link: `${ctx.services.config.publicUrl}/reset-password?token=${token}`, hours };
}
