import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";

export type InvitationStatus = "waiting" | "accepted" | "revoked" | "expired";

function inState(status: InvitationStatus, now: Date) {
  if (status === "accepted") return sql<boolean>`i.accepted_at is not null`;
  if (status === "revoked") return sql<boolean>`(i.accepted_at is null and i.revoked_at is not null)`;
  const open = sql<boolean>`i.accepted_at is null and i.revoked_at is null`;
  return status === "waiting" ? sql<boolean>`(${open} and i.expires_at > ${now})` : sql<boolean>`(${open} and i.expires_at <= ${now})`;
}

const columns = (db: Reader | Writer) =>
  db
    .selectFrom("invitations as i")
    .leftJoin("users as u", "u.id", "i.invited_by")
    .select([
      "i.id",
      "i.email",
      "i.name",
      "i.roles",
      "i.invited_by",
      "u.name as inviter_name",
      "i.created_at",
      "i.expires_at",
      "i.accepted_at",
      "i.revoked_at",
    ]);

export type InvitationRow = Awaited<ReturnType<typeof findInvitationRow>> & {};

export function findInvitationRow(db: Reader | Writer, id: string) {
  return columns(db).where("i.id", "=", id).executeTakeFirst();
}

/** Holds an invitation until the transaction ends and reads it as it is then. */
export async function holdInvitation(db: Writer, id: string): Promise<InvitationRow | undefined> {
  await db.selectFrom("invitations").select("id").where("id", "=", id).forUpdate().execute();
  return findInvitationRow(db, id);
}

/** Invitations of the workspace, newest first. */
export function listInvitationRows(
  db: Reader,
  filter: { readonly status: InvitationStatus | undefined; readonly before: string | undefined; readonly limit: number; readonly now: Date },
) {
  return columns(db)
    .$if(filter.status !== undefined, (q) => q.where(inState(filter.status ?? "waiting", filter.now)))
    .$if(filter.before !== undefined, (q) => q.where("i.id", "<", filter.before ?? ""))
    .orderBy("i.id", "desc")
    .limit(filter.limit + 1)
    .execute();
}

/** Which of these addresses belong to members of the workspace already; lower-case. */
export async function findMemberEmails(db: Writer, emails: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom("memberships as m")
    .innerJoin("users as u", "u.id", "m.user_id")
    .select(sql<string>`lower(u.email)`.as("email"))
    .where(sql<string>`lower(u.email)`, "in", [...emails])
    .execute();
  return new Set(rows.map((row) => row.email));
}

/** Invitations to these addresses that can still be accepted. */
export function findWaiting(db: Writer, emails: readonly string[], now: Date) {
  return columns(db)
    .where(sql<string>`lower(i.email)`, "in", [...emails])
    .where(inState("waiting", now))
    .execute();
}

export interface NewInvitationRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly email: string;
  readonly name: string | null;
  readonly roles: readonly string[];
  readonly tokenHash: Buffer;
  readonly invitedBy: string | null;
  readonly now: Date;
  readonly expiresAt: Date;
}

export async function insertInvitation(db: Writer, row: NewInvitationRow): Promise<void> {
  await db
    .insertInto("invitations")
    .values({
      id: row.id,
      workspace_id: row.workspaceId,
      email: row.email,
      name: row.name,
      roles: [...row.roles],
      token_hash: row.tokenHash,
      invited_by: row.invitedBy,
      created_at: row.now,
      expires_at: row.expiresAt,
    })
    .execute();
}

/** Gives an invitation a new link and time; the old link stops working. */
export async function renewInvitation(db: Writer, id: string, tokenHash: Buffer, expiresAt: Date): Promise<void> {
  await db.updateTable("invitations").set({ token_hash: tokenHash, expires_at: expiresAt }).where("id", "=", id).execute();
}

export async function markRevoked(db: Writer, id: string, now: Date): Promise<void> {
  await db.updateTable("invitations").set({ revoked_at: now }).where("id", "=", id).execute();
}

export async function findWorkspaceName(db: Writer, workspaceId: string): Promise<string> {
  const row = await db.selectFrom("workspaces").select("name").where("id", "=", workspaceId).executeTakeFirst();
  return row?.name ?? "";
}
