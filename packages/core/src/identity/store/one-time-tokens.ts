import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";

export type OneTimeKind = "verify_email" | "reset_password" | "first_run";

/** Stores a token and makes the older ones of its kind and person useless. */
export async function replaceOneTimeToken(
  db: Writer,
  token: {
    readonly hash: Buffer;
    readonly kind: OneTimeKind;
    readonly userId: string | null;
    readonly email: string | null;
    readonly now: Date;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await db
    .deleteFrom("one_time_tokens")
    .where("kind", "=", token.kind)
    .where("user_id", "is not distinct from", token.userId)
    .where("used_at", "is", null)
    .execute();
  await db
    .insertInto("one_time_tokens")
    .values({ hash: token.hash, kind: token.kind, user_id: token.userId, email: token.email, created_at: token.now, expires_at: token.expiresAt })
    .execute();
}

/** Uses a token up; undefined when it is unknown, used or too old. One statement, so two requests cannot both win. */
export function takeOneTimeToken(db: Writer, kind: OneTimeKind, hash: Buffer, now: Date) {
  return db
    .updateTable("one_time_tokens")
    .set({ used_at: now })
    .where("hash", "=", hash)
    .where("kind", "=", kind)
    .where("used_at", "is", null)
    .where("expires_at", ">", now)
    .returning(["user_id", "email"])
    .executeTakeFirst();
}

/** The person a live token belongs to, without using it up. */
export function findOneTimeToken(db: Reader | Writer, kind: OneTimeKind, hash: Buffer, now: Date) {
  return db
    .selectFrom("one_time_tokens")
    .select(["user_id", "email"])
    .where("hash", "=", hash)
    .where("kind", "=", kind)
    .where("used_at", "is", null)
    .where("expires_at", ">", now)
    .executeTakeFirst();
}

/** Serialises everything about the first run: whoever comes second sees what the first one did. */
export async function holdFirstRun(db: Writer): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('granary first run', 0))`.execute(db);
}

/** Whether the installation still waits for its first administrator. */
export async function isSetupNeeded(db: Reader | Writer): Promise<boolean> {
  const row = await db.selectFrom("users").select("id").where("protected", "=", true).executeTakeFirst();
  return row === undefined;
}

/** Where people land who sign up by themselves: the first administrator's workspace. */
export async function findFirstWorkspace(db: Reader | Writer): Promise<string | undefined> {
  const row = await db.selectFrom("users").select("home_workspace_id").where("protected", "=", true).executeTakeFirst();
  return row?.home_workspace_id ?? undefined;
}
