import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";

type Db = Reader | Writer;

/** Members are counted up to here, so that a list of large groups stays quick. */
const MAX_COUNTED = 10_000;

const columns = (db: Db) =>
  db
    .selectFrom("groups as g")
    .select(["g.id", "g.name", "g.description", "g.roles", "g.version", "g.created_at", "g.updated_at", sql<string>`lower(g.name)`.as("sort_name")])
    .select(sql<number>`(select count(*)::int from (select from group_members m where m.group_id = g.id limit ${MAX_COUNTED}) counted)`.as("members"));

export type GroupRow = Awaited<ReturnType<typeof findGroupRow>> & {};

/** The group with this id or name in the scope's workspace. */
export function findGroupRow(db: Db, idOrName: string) {
  return columns(db)
    .where(sql<boolean>`(g.id = ${idOrName} or lower(g.name) = lower(${idOrName}))`)
    .orderBy(sql`g.id = ${idOrName}`, "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Holds a group until the transaction ends and reads it as it is then. */
export async function holdGroup(db: Writer, idOrName: string): Promise<GroupRow | undefined> {
  const seen = await findGroupRow(db, idOrName);
  if (seen === undefined) return undefined;
  await db.selectFrom("groups").select("id").where("id", "=", seen.id).forUpdate().execute();
  return findGroupRow(db, seen.id);
}

export function listGroupRows(
  db: Reader,
  options: { readonly search?: string | undefined; readonly limit: number; readonly after: readonly [string, string] | undefined },
) {
  const pattern = `%${(options.search ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return columns(db)
    .$if(options.search !== undefined, (q) => q.where("g.name", "ilike", pattern))
    .$if(options.after !== undefined, (q) => q.where(sql<boolean>`(lower(g.name), g.id) > (${options.after?.[0]}, ${options.after?.[1]})`))
    .orderBy(sql`lower(g.name)`)
    .orderBy("g.id")
    .limit(options.limit + 1)
    .execute();
}

export interface GroupFields {
  readonly name: string;
  readonly description: string;
  readonly roles: readonly string[];
}

/** Inserts a group; breaks `groups_name_key` when the name is taken. */
export async function insertGroup(db: Writer, row: GroupFields & { readonly id: string; readonly workspaceId: string; readonly now: Date }): Promise<void> {
  const { id, workspaceId, now, name, description, roles } = row;
  await db
    .insertInto("groups")
    .values({ id, workspace_id: workspaceId, name, description, roles: [...roles], created_at: now, updated_at: now })
    .execute();
}

export async function updateGroupRow(db: Writer, id: string, fields: GroupFields, now: Date): Promise<void> {
  await db
    .updateTable("groups")
    .set({ name: fields.name, description: fields.description, roles: [...fields.roles], updated_at: now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .execute();
}

export async function deleteGroupRow(db: Writer, id: string): Promise<void> {
  await db.deleteFrom("groups").where("id", "=", id).execute();
}

export function listMemberRows(db: Reader, groupId: string, options: { readonly limit: number; readonly after: readonly [string, string] | undefined }) {
  return db
    .selectFrom("group_members as m")
    .innerJoin("users as u", "u.id", "m.user_id")
    .select(["u.id", "u.name", "u.email", "u.status", "m.added_at", "u.sort_name"])
    .where("m.group_id", "=", groupId)
    .$if(options.after !== undefined, (q) => q.where(sql<boolean>`(u.sort_name, u.id) > (${options.after?.[0]}, ${options.after?.[1]})`))
    .orderBy("u.sort_name")
    .orderBy("u.id")
    .limit(options.limit + 1)
    .execute();
}

/** The members of the workspace among these people. */
export async function findMembers(db: Writer, userIds: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom("memberships")
    .select("user_id")
    .where("user_id", "in", [...userIds])
    .execute();
  return rows.map((row) => row.user_id);
}

/** Adds people and returns those who were not in the group before. */
export async function insertMembers(
  db: Writer,
  group: { readonly workspaceId: string; readonly groupId: string },
  userIds: readonly string[],
  now: Date,
): Promise<string[]> {
  const rows = await db
    .insertInto("group_members")
    .values(userIds.map((user_id) => ({ workspace_id: group.workspaceId, group_id: group.groupId, user_id, added_at: now })))
    .onConflict((conflict) => conflict.doNothing())
    .returning("user_id")
    .execute();
  return rows.map((row) => row.user_id);
}

/** Takes a person out; returns whether they were in. */
export async function deleteMember(db: Writer, groupId: string, userId: string): Promise<boolean> {
  const result = await db.deleteFrom("group_members").where("group_id", "=", groupId).where("user_id", "=", userId).executeTakeFirst();
  return result.numDeletedRows === 1n;
}
