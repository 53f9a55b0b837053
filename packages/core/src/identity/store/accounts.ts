import type { Reader, Writer } from "@granary/db";
import { type RawBuilder, sql } from "kysely";
import { secondFactorDemanded } from "./second-factor-demanded.ts";

/** A person with what their own account page and sign-in need; never leaves the feature. */
export interface AccountRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly home_workspace_id: string | null;
  readonly status: "active" | "inactive";
  readonly instance_admin: boolean;
  readonly protected: boolean;
  readonly email_verified_at: Date | null;
  readonly last_sign_in_at: Date | null;
  readonly preferences: Record<string, unknown>;
  readonly version: number;
  readonly created_at: Date;
  readonly password_hash: string | null;
  readonly password_changed_at: Date | null;
  readonly must_change_password: boolean;
  readonly totp_secret: Buffer | null;
  readonly totp_enabled_at: Date | null;
  readonly totp_last_step: number | null;
  readonly backup_codes_left: number;
  readonly second_factor_demanded: boolean;
}

type Db = Reader | Writer;

function accountWhere(condition: RawBuilder<unknown>) {
  return sql<AccountRow>`
    select u.id, u.email, u.name, u.home_workspace_id, u.status, u.instance_admin, u.protected, u.email_verified_at, u.last_sign_in_at,
      u.preferences, u.version, u.created_at, c.password_hash, c.password_changed_at, coalesce(c.must_change_password, false) as must_change_password,
      c.totp_secret, c.totp_enabled_at, c.totp_last_step,
      (select count(*)::int from backup_codes b where b.user_id = u.id and b.used_at is null) as backup_codes_left,
      ${secondFactorDemanded} as second_factor_demanded
    from users u left join credentials c on c.user_id = u.id
    where ${condition}`;
}

async function first(db: Db, query: ReturnType<typeof accountWhere>): Promise<AccountRow | undefined> {
  const { rows } = await query.execute(db as Writer);
  return rows[0];
}

export function findAccount(db: Db, userId: string): Promise<AccountRow | undefined> {
  return first(db, accountWhere(sql`u.id = ${userId}`));
}

export function findAccountByEmail(db: Db, email: string): Promise<AccountRow | undefined> {
  return first(db, accountWhere(sql`lower(u.email) = lower(${email})`));
}

/** Locks a person's credentials for the rest of the transaction and reads the account as it is then. */
export async function holdAccount(db: Writer, userId: string): Promise<AccountRow | undefined> {
  await sql`select from credentials where user_id = ${userId} for update`.execute(db);
  return findAccount(db, userId);
}

export interface NewAccountRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly homeWorkspaceId: string | null;
  readonly passwordHash: string | null;
  readonly mustChangePassword: boolean;
  readonly emailVerifiedAt: Date | null;
  readonly instanceAdmin: boolean;
  readonly protected: boolean;
  readonly now: Date;
}

/** Inserts a person with credentials; breaks `users_email_key` when the address is taken. */
export async function insertAccount(db: Writer, row: NewAccountRow): Promise<void> {
  await db
    .insertInto("users")
    .values({
      id: row.id,
      email: row.email,
      name: row.name,
      home_workspace_id: row.homeWorkspaceId,
      instance_admin: row.instanceAdmin,
      protected: row.protected,
      email_verified_at: row.emailVerifiedAt,
      created_at: row.now,
      updated_at: row.now,
    })
    .execute();
  await db
    .insertInto("credentials")
    .values({
      user_id: row.id,
      password_hash: row.passwordHash,
      password_changed_at: row.passwordHash === null ? null : row.now,
      must_change_password: row.mustChangePassword,
    })
    .execute();
}

export async function storePassword(db: Writer, userId: string, passwordHash: string, now: Date): Promise<void> {
  const fields = { password_hash: passwordHash, password_changed_at: now, must_change_password: false };
  await db
    .insertInto("credentials")
    .values({ user_id: userId, ...fields })
    .onConflict((conflict) => conflict.column("user_id").doUpdateSet(fields))
    .execute();
}

/** Marks the address as confirmed; returns whether it was not before. */
export async function storeEmailVerified(db: Writer, userId: string, now: Date): Promise<boolean> {
  const result = await db
    .updateTable("users")
    .set({ email_verified_at: now, updated_at: now })
    .where("id", "=", userId)
    .where("email_verified_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function storeHomeWorkspace(db: Writer, userId: string, workspaceId: string): Promise<void> {
  await db.updateTable("users").set({ home_workspace_id: workspaceId }).where("id", "=", userId).execute();
}

export async function storeSignIn(db: Writer, userId: string, now: Date): Promise<void> {
  await db.updateTable("users").set({ last_sign_in_at: now }).where("id", "=", userId).execute();
}

/** Changes a profile if it still has the version the caller read; returns whether it had. */
export async function updateProfile(
  db: Writer,
  userId: string,
  version: number,
  change: { readonly name?: string; readonly preferences?: string; readonly now: Date },
): Promise<boolean> {
  const { now, ...fields } = change;
  const result = await db
    .updateTable("users")
    .set({ ...fields, updated_at: now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", userId)
    .where("version", "=", version)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
