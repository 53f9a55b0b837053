import type { TxCtx } from "../context/index.ts";
import { attemptsAt, refuseWhenLocked } from "./attempts.ts";
import { backupCodeHash, readBackupCode } from "./backup-codes.ts";
import { unseal } from "./seal.ts";
import type { AccountRow } from "./store/accounts.ts";
import { storeTotpStep, useBackupCode } from "./store/second-factor.ts";
import { matchTotp } from "./totp.ts";

export const TOTP_PURPOSE = "totp secret";

/** The time step a code of the person's authenticator is valid for now; undefined when it is wrong or was used. */
export async function matchOwnTotp(ctx: TxCtx, account: AccountRow, code: string): Promise<number | undefined> {
  if (account.totp_secret === null) return undefined;
  const secret = unseal(ctx.services.config.secrets.encryptionKey, TOTP_PURPOSE, account.id, account.totp_secret);
  return matchTotp(secret, code, { now: ctx.now, afterStep: account.totp_last_step });
}

/**
 * Checks a code of the authenticator, or a backup code, and uses it up. The caller holds the person's credentials, so the
 * same code cannot pass twice at the same moment. Throws `auth.locked` before a code is used up that would be refused anyway.
 */
export async function takeCode(ctx: TxCtx, account: AccountRow, typed: string): Promise<"totp" | "backup_code" | undefined> {
  await refuseWhenLocked(ctx.db, attemptsAt.secondFactor(account.id), ctx.now);
  const step = await matchOwnTotp(ctx, account, typed.replace(/\s/g, ""));
  if (step !== undefined) {
    await storeTotpStep(ctx.db, account.id, step);
    return "totp";
  }
  const code = readBackupCode(typed);
  if (code === undefined) return undefined;
  const hash = backupCodeHash(ctx.services.config.secrets.encryptionKey, account.id, code);
  return (await useBackupCode(ctx.db, account.id, hash, ctx.now)) ? "backup_code" : undefined;
}
