import type { Reader, Writer } from "@granary/db";
import { type Id, idFloor, newId } from "@granary/kernel";
import { MAX_UNREAD_COUNTED } from "@granary/protocol";
import { sql } from "kysely";

export interface NotificationText {
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly link: string | null;
}

/** Writes a notification for each active person among `userIds` and tells realtime; answers how many. */
export async function insertNotifications(
  db: Writer,
  to: { readonly workspaceId: string; readonly userIds: readonly string[]; readonly now: Date },
  text: NotificationText,
): Promise<number> {
  const ids = to.userIds.map(() => newId("notification", to.now.getTime()));
  const { rows } = await sql`
    with added as (
      insert into notifications (id, workspace_id, user_id, kind, title, body, link, created_at)
      select n.id, ${to.workspaceId}, u.id, ${text.kind}, ${text.title}, ${text.body}, ${text.link}, ${to.now}
      from unnest(${ids}::text[], ${[...to.userIds]}::text[]) as n (id, user_id) join users u on u.id = n.user_id and u.status = 'active'
      returning *
    )
    select pg_notify('granary_notifications', json_build_object('workspaceId', workspace_id, 'userId', user_id, 'notification',
      json_build_object('id', id, 'kind', kind, 'title', title, 'body', body, 'link', link))::text) from added`.execute(db);
  return rows.length;
}

/** The people of a workspace who have one of the roles themselves or through a group. */
export async function holdersOfRoles(db: Reader | Writer, workspaceId: string, roles: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ user_id: string }>`
    select m.user_id from memberships m
    where m.workspace_id = ${workspaceId} and (m.roles && ${[...roles]}::text[] or exists (
      select from group_members gm join groups g on g.id = gm.group_id
      where gm.workspace_id = m.workspace_id and gm.user_id = m.user_id and g.roles && ${[...roles]}::text[]))`.execute(db as Writer);
  return rows.map((row) => row.user_id);
}

export function listNotificationRows(
  db: Reader,
  userId: Id<"user">,
  options: { readonly limit: number; readonly after: string | undefined; readonly unread: boolean },
) {
  return db
    .selectFrom("notifications")
    .select(["id", "kind", "title", "body", "link", "created_at", "read_at"])
    .where("user_id", "=", userId)
    .$if(options.unread, (q) => q.where("read_at", "is", null))
    .$if(options.after !== undefined, (q) => q.where("id", "<", options.after ?? ""))
    .orderBy("id", "desc")
    .limit(options.limit + 1)
    .execute();
}

export type NotificationRow = Awaited<ReturnType<typeof listNotificationRows>>[number];

/** Unread notifications, counted up to `MAX_UNREAD_COUNTED`. */
export async function countUnread(db: Reader | Writer, userId: Id<"user">): Promise<number> {
  const row = await db
    .selectFrom((eb) =>
      eb.selectFrom("notifications").select("id").where("user_id", "=", userId).where("read_at", "is", null).limit(MAX_UNREAD_COUNTED).as("unread"),
    )
    .select(sql<number>`count(*)::int`.as("n"))
    .executeTakeFirstOrThrow();
  return row.n;
}

/** Marks as read, all of a person's or those named; tells the person's other windows. */
export async function markRead(
  db: Writer,
  owner: { readonly workspaceId: string; readonly userId: Id<"user"> },
  ids: readonly string[] | "all",
  now: Date,
): Promise<void> {
  const some = ids === "all" ? undefined : [...ids];
  await db
    .updateTable("notifications")
    .set({ read_at: now })
    .where("user_id", "=", owner.userId)
    .where("read_at", "is", null)
    .$if(some !== undefined, (q) => q.where("id", "in", some ?? []))
    .execute();
  await sql`select pg_notify('granary_notifications', ${JSON.stringify(owner)})`.execute(db);
}

/** Removes notifications older than this many days, at most `limit` in one call; answers how many. */
export async function removeOldNotifications(db: Writer, options: { readonly keepDays: number; readonly limit: number; readonly now: Date }): Promise<number> {
  const floor = idFloor("notification", options.now.getTime() - options.keepDays * 86_400_000);
  const { rows } = await sql`
    delete from notifications where id in (select id from notifications where id < ${floor} order by id limit ${options.limit} for update skip locked) returning id`.execute(
    db,
  );
  return rows.length;
}
