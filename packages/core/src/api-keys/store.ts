import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";

export type KeyStatus = "active" | "expired" | "revoked";

/** The state of a key at an instant, as a condition. */
function inState(status: KeyStatus, now: Date) {
  if (status === "revoked") return sql<boolean>`k.revoked_at is not null`;
  if (status === "expired") return sql<boolean>`(k.revoked_at is null and k.expires_at <= ${now})`;
  return sql<boolean>`(k.revoked_at is null and (k.expires_at is null or k.expires_at > ${now}))`;
}

const columns = (db: Reader | Writer) =>
  db
    .selectFrom("api_keys as k")
    .leftJoin("users as u", "u.id", "k.user_id")
    .select([
      "k.id",
      "k.name",
      "k.hint",
      "k.user_id",
      "u.name as owner_name",
      "k.scopes",
      "k.created_at",
      "k.expires_at",
      "k.last_used_at",
      "k.last_used_ip",
      "k.revoked_at",
    ]);

export type ApiKeyRow = Awaited<ReturnType<typeof findKeyRow>> & {};

export function findKeyRow(db: Reader | Writer, id: string) {
  return columns(db).where("k.id", "=", id).executeTakeFirst();
}

export interface KeyFilter {
  /** Undefined: the keys of everybody in the workspace. */
  readonly userId: string | undefined;
  readonly status: KeyStatus | undefined;
  readonly before: string | undefined;
  readonly limit: number;
  readonly now: Date;
}

/** Keys of the workspace, newest first. */
export function listKeyRows(db: Reader, filter: KeyFilter) {
  return columns(db)
    .$if(filter.userId !== undefined, (q) => q.where("k.user_id", "=", filter.userId ?? ""))
    .$if(filter.status !== undefined, (q) => q.where(inState(filter.status ?? "active", filter.now)))
    .$if(filter.before !== undefined, (q) => q.where("k.id", "<", filter.before ?? ""))
    .orderBy("k.id", "desc")
    .limit(filter.limit + 1)
    .execute();
}

export interface NewKeyRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly userId: string;
  readonly name: string;
  readonly hash: Buffer;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly now: Date;
}

export async function insertKey(db: Writer, row: NewKeyRow): Promise<void> {
  const { id, workspaceId, userId, name, hash, hint, scopes, expiresAt, now } = row;
  await db
    .insertInto("api_keys")
    .values({ id, workspace_id: workspaceId, user_id: userId, name, hash, hint, scopes: [...scopes], expires_at: expiresAt, created_at: now })
    .execute();
}

/** Revokes a key; returns whether it was not revoked before. */
export async function markRevoked(db: Writer, id: string, now: Date): Promise<boolean> {
  const result = await db.updateTable("api_keys").set({ revoked_at: now }).where("id", "=", id).where("revoked_at", "is", null).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
