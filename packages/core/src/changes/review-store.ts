import type { Reader, Writer } from "@granary/db";
import { newId } from "@granary/kernel";
import { problem, type ReviewVerdict } from "@granary/protocol";
import { sql } from "kysely";
import { requireUser, type TxCtx } from "../context/index.ts";

type Db = Reader | Writer;

/** Reviews of some requests, oldest first. Whoever left the workspace answers for nothing any more. */
export function listReviewRows(db: Db, changeIds: readonly string[]) {
  if (changeIds.length === 0) return Promise.resolve([]);
  return db
    .selectFrom("change_reviews as r")
    .leftJoin("users as reviewer", "reviewer.id", "r.reviewer_id")
    .leftJoin("users as dismisser", "dismisser.id", "r.dismissed_by")
    .selectAll("r")
    .select([
      "reviewer.name as reviewer_name",
      "dismisser.name as dismisser_name",
      sql<ReviewVerdict>`r.verdict`.as("verdict"),
      sql<boolean>`exists (select from memberships m where m.user_id = r.reviewer_id and m.workspace_id = r.workspace_id)`.as("is_member"),
    ])
    .where("r.change_id", "in", [...changeIds])
    .orderBy("r.id")
    .execute();
}

export type ReviewRow = Awaited<ReturnType<typeof listReviewRows>>[number];

/** Writes down what somebody thinks of a revision. */
export async function insertReview(
  ctx: TxCtx,
  review: { readonly changeId: string; readonly revision: number; readonly digest: string; readonly verdict: ReviewVerdict; readonly body: string },
): Promise<string> {
  const id = newId("changeReview", ctx.now.getTime());
  const { changeId: change_id, revision, digest, verdict, body } = review;
  const reviewer_id = requireUser(ctx.principal);
  await ctx.db
    .insertInto("change_reviews")
    .values({ id, workspace_id: ctx.workspaceId, change_id, revision, digest, reviewer_id, verdict, body, created_at: ctx.now })
    .execute();
  return id;
}

/** Puts a review aside. Throws `change.review_not_found` when it is none of the request, and when it is aside already. */
export async function dismissReviewRow(ctx: TxCtx, changeId: string, reviewId: string, reason: string): Promise<void> {
  const changed = await ctx.db
    .updateTable("change_reviews")
    .set({ dismissed_by: requireUser(ctx.principal), dismissed_at: ctx.now, dismissed_reason: reason })
    .where("id", "=", reviewId)
    .where("change_id", "=", changeId)
    .where("verdict", "<>", "comment")
    .where("dismissed_at", "is", null)
    .executeTakeFirst();
  if (changed.numUpdatedRows !== 1n) throw problem("change.review_not_found");
}

/** Which people are in which groups, and what the groups are called. */
export interface GroupFacts {
  readonly names: ReadonlyMap<string, string>;
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Of some groups, those of some people who are in them. */
export async function findGroupFacts(db: Db, groupIds: readonly string[], people: readonly string[]): Promise<GroupFacts> {
  if (groupIds.length === 0) return { names: new Map(), members: new Map() };
  const groups = await db
    .selectFrom("groups")
    .select(["id", "name"])
    .where("id", "in", [...groupIds])
    .execute();
  const rows =
    people.length === 0
      ? []
      : await db
          .selectFrom("group_members")
          .select(["group_id", "user_id"])
          .where("group_id", "in", [...groupIds])
          .where("user_id", "in", [...people])
          .execute();
  const members = new Map<string, Set<string>>();
  for (const { group_id, user_id } of rows) members.set(group_id, (members.get(group_id) ?? new Set()).add(user_id));
  return { names: new Map(groups.map(({ id, name }) => [id, name])), members };
}

/** Everybody in some groups. */
export async function listGroupMembers(db: Db, groupIds: readonly string[]): Promise<readonly string[]> {
  if (groupIds.length === 0) return [];
  const rows = await db
    .selectFrom("group_members")
    .select("user_id")
    .distinct()
    .where("group_id", "in", [...groupIds])
    .execute();
  return rows.map((row) => row.user_id);
}
