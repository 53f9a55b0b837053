import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";

export type SessionClient = "web" | "api" | "cli";
export type SessionTokenKind = "cookie" | "access" | "refresh";

export interface NewSessionRow {
  readonly id: string;
  readonly userId: string;
  readonly now: Date;
  readonly expiresAt: Date;
  readonly idleTimeoutS: number | null;
  readonly remember: boolean;
  readonly secondFactorPending: boolean;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly client: SessionClient;
}

export async function insertSession(db: Writer, row: NewSessionRow): Promise<void> {
  await db
    .insertInto("sessions")
    .values({
      id: row.id,
      user_id: row.userId,
      created_at: row.now,
      last_seen_at: row.now,
      expires_at: row.expiresAt,
      idle_timeout_s: row.idleTimeoutS,
      remember: row.remember,
      second_factor_pending: row.secondFactorPending,
      ip: row.ip,
      user_agent: row.userAgent,
      client: row.client,
    })
    .execute();
}

export async function insertSessionTokens(
  db: Writer,
  sessionId: string,
  tokens: readonly { readonly hash: Buffer; readonly kind: SessionTokenKind; readonly expiresAt: Date }[],
): Promise<void> {
  await db
    .insertInto("session_tokens")
    .values(tokens.map((token) => ({ hash: token.hash, session_id: sessionId, kind: token.kind, expires_at: token.expiresAt })))
    .execute();
}

const live = (now: Date) => sql<boolean>`s.revoked_at is null and s.expires_at > ${now}
  and (s.idle_timeout_s is null or s.last_seen_at > ${now}::timestamptz - make_interval(secs => s.idle_timeout_s))`;

/** A session that still answers, held until the transaction ends. */
export function holdLiveSession(db: Writer, sessionId: string, now: Date) {
  return db.selectFrom("sessions as s").selectAll().where("s.id", "=", sessionId).where(live(now)).forUpdate().executeTakeFirst();
}

export type SessionRow = Awaited<ReturnType<typeof holdLiveSession>> & {};

/** A refresh token that has not expired, used or not, held until the transaction ends. */
export function holdRefreshToken(db: Writer, hash: Buffer, now: Date) {
  return db
    .selectFrom("session_tokens")
    .select(["session_id", "used_at"])
    .where("hash", "=", hash)
    .where("kind", "=", "refresh")
    .where("expires_at", ">", now)
    .forUpdate()
    .executeTakeFirst();
}

export async function markRefreshTokenUsed(db: Writer, hash: Buffer, now: Date): Promise<void> {
  await db.updateTable("session_tokens").set({ used_at: now }).where("hash", "=", hash).execute();
}

/** Lets the session's present tokens answer a moment longer, for requests on their way; unused refresh tokens end at once. */
export async function retireTokens(db: Writer, sessionId: string, kinds: readonly SessionTokenKind[], until: Date): Promise<void> {
  await db
    .updateTable("session_tokens")
    .set({ expires_at: sql`least(expires_at, ${until}::timestamptz)` })
    .where("session_id", "=", sessionId)
    .where("kind", "in", kinds)
    .execute();
  await db.deleteFrom("session_tokens").where("session_id", "=", sessionId).where("kind", "=", "refresh").where("used_at", "is", null).execute();
}

export async function deleteTokens(db: Writer, sessionId: string): Promise<void> {
  await db.deleteFrom("session_tokens").where("session_id", "=", sessionId).execute();
}

/** Turns a half signed-in session into a whole one. */
export async function completeSession(db: Writer, sessionId: string, times: { readonly now: Date; readonly expiresAt: Date }): Promise<void> {
  await db
    .updateTable("sessions")
    .set({ second_factor_pending: false, last_seen_at: times.now, expires_at: times.expiresAt })
    .where("id", "=", sessionId)
    .execute();
}

export async function renewSession(db: Writer, sessionId: string, now: Date): Promise<void> {
  await db.updateTable("sessions").set({ last_seen_at: now }).where("id", "=", sessionId).execute();
}

/** Ends sessions of a person at once and returns their ids; `only` and `except` narrow which. */
export async function revokeSessions(
  db: Writer,
  userId: string,
  options: { readonly reason: string; readonly now: Date; readonly only?: string; readonly except?: string | null },
): Promise<string[]> {
  const rows = await db
    .updateTable("sessions")
    .set({ revoked_at: options.now, revoked_reason: options.reason })
    .where("user_id", "=", userId)
    .where("revoked_at", "is", null)
    .where("expires_at", ">", options.now)
    .$if(options.only !== undefined, (q) => q.where("id", "=", options.only ?? ""))
    .$if(options.except != null, (q) => q.where("id", "<>", options.except ?? ""))
    .returning("id")
    .execute();
  return rows.map((row) => row.id);
}

/** A person's sessions that still answer, newest first. */
export function listSessionRows(db: Reader, userId: string, options: { readonly now: Date; readonly limit: number; readonly before: string | undefined }) {
  return db
    .selectFrom("sessions as s")
    .select(["s.id", "s.client", "s.ip", "s.user_agent", "s.created_at", "s.last_seen_at", "s.expires_at", "s.remember"])
    .where("s.user_id", "=", userId)
    .where("s.second_factor_pending", "=", false)
    .where(live(options.now))
    .$if(options.before !== undefined, (q) => q.where("s.id", "<", options.before ?? ""))
    .orderBy("s.id", "desc")
    .limit(options.limit + 1)
    .execute();
}

/** Renews when a session or key was last used, at most once a minute. */
export async function touch(
  db: Writer,
  target: { readonly sessionId: string | null; readonly apiKeyId: string | null; readonly ip: string | null; readonly now: Date },
): Promise<void> {
  const { sessionId, apiKeyId, ip, now } = target;
  if (sessionId !== null) await db.updateTable("sessions").set({ last_seen_at: now, ip }).where("id", "=", sessionId).where("last_seen_at", "<", now).execute();
  if (apiKeyId !== null) await db.updateTable("api_keys").set({ last_used_at: now, last_used_ip: ip }).where("id", "=", apiKeyId).execute();
}
