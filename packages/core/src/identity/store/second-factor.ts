import type { Writer } from "@granary/db";

/** Keeps a secret that is not in force until a code of it was seen. */
export async function storeTotpSecret(db: Writer, userId: string, sealed: Buffer): Promise<void> {
  await db
    .updateTable("credentials")
    .set({ totp_secret: sealed, totp_last_step: null })
    .where("user_id", "=", userId)
    .where("totp_enabled_at", "is", null)
    .execute();
}

export async function enableTotp(db: Writer, userId: string, step: number, now: Date): Promise<void> {
  await db.updateTable("credentials").set({ totp_enabled_at: now, totp_last_step: step }).where("user_id", "=", userId).execute();
}

export async function storeTotpStep(db: Writer, userId: string, step: number): Promise<void> {
  await db.updateTable("credentials").set({ totp_last_step: step }).where("user_id", "=", userId).execute();
}

export async function removeTotp(db: Writer, userId: string): Promise<void> {
  await db.updateTable("credentials").set({ totp_secret: null, totp_enabled_at: null, totp_last_step: null }).where("user_id", "=", userId).execute();
  await db.deleteFrom("backup_codes").where("user_id", "=", userId).execute();
}

export async function replaceBackupCodes(db: Writer, userId: string, hashes: readonly Buffer[]): Promise<void> {
  await db.deleteFrom("backup_codes").where("user_id", "=", userId).execute();
  await db
    .insertInto("backup_codes")
    .values(hashes.map((code_hash) => ({ user_id: userId, code_hash })))
    .execute();
}

/** Uses up a backup code; false when there is none of this hash or it was used. One statement, so two requests cannot both win. */
export async function useBackupCode(db: Writer, userId: string, hash: Buffer, now: Date): Promise<boolean> {
  const result = await db
    .updateTable("backup_codes")
    .set({ used_at: now })
    .where("user_id", "=", userId)
    .where("code_hash", "=", hash)
    .where("used_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
