import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";

/** A live invitation by the hash of its link. */
export function findLiveInvitation(db: Reader | Writer, hash: Buffer, now: Date) {
  return db
    .selectFrom("invitations as i")
    .innerJoin("workspaces as w", "w.id", "i.workspace_id")
    .leftJoin("users as inviter", "inviter.id", "i.invited_by")
    .select(["i.id", "i.email", "i.name", "i.roles", "i.expires_at", "i.workspace_id", "w.slug", "w.name as workspace_name", "inviter.name as inviter_name"])
    .select((eb) => eb.exists(eb.selectFrom("users as known").where(sql<boolean>`lower(known.email) = lower(i.email)`)).$castTo<boolean>().as("account_exists"))
    .where("i.token_hash", "=", hash)
    .where("i.accepted_at", "is", null)
    .where("i.revoked_at", "is", null)
    .where("i.expires_at", ">", now)
    .executeTakeFirst();
}

export type LiveInvitation = Awaited<ReturnType<typeof findLiveInvitation>> & {};

/** Uses an invitation up; false when somebody else did at the same moment. */
export async function takeInvitation(db: Writer, id: string, now: Date): Promise<boolean> {
  const result = await db
    .updateTable("invitations")
    .set({ accepted_at: now })
    .where("id", "=", id)
    .where("accepted_at", "is", null)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Makes a person a member, or adds the roles to those they have; the first workspace becomes their home. */
export async function joinWorkspace(
  db: Writer,
  member: { readonly workspaceId: string; readonly userId: string; readonly roles: readonly string[]; readonly now: Date },
): Promise<void> {
  await db
    .insertInto("memberships")
    .values({ workspace_id: member.workspaceId, user_id: member.userId, roles: [...member.roles], joined_at: member.now })
    .onConflict((conflict) =>
      conflict.columns(["workspace_id", "user_id"]).doUpdateSet({
        roles: sql<string[]>`array(select distinct unnest(memberships.roles || excluded.roles))`,
        version: sql`memberships.version + 1`,
      }),
    )
    .execute();
  await db.updateTable("users").set({ home_workspace_id: member.workspaceId }).where("id", "=", member.userId).where("home_workspace_id", "is", null).execute();
}
