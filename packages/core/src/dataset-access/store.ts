import type { Reader, Writer } from "@granary/db";
import type { AccessLevel, AccessRequest } from "@granary/protocol";
import { type RawBuilder, sql } from "kysely";

type Db = Reader | Writer;

/** Whom something is granted to; everyone in the workspace has no id of their own. */
export type Grantee = { readonly kind: "user" | "group"; readonly id: string } | { readonly kind: "everyone"; readonly id: typeof EVERYONE };
export const EVERYONE = "everyone";

export interface GrantRow {
  readonly kind: "user" | "group" | "everyone";
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly level: AccessLevel;
  readonly because: "owner" | "grant" | "visibility";
  readonly granted_by: string | null;
  readonly granted_at: Date | null;
  readonly expires_at: Date | null;
  /** Its place in the list: the owner, everyone, groups, people. */
  readonly rank: number;
  readonly sort_name: string;
}

/** What has ended is not there any more, by the database's clock. */
const isHeld = sql<boolean>`(g.expires_at is null or g.expires_at > now())`;

function allOf(datasetId: string): RawBuilder<GrantRow> {
  return sql<GrantRow>`
    select 'user' as kind, u.id, u.name, u.email, 'owner' as level, 'owner' as because, null as granted_by, null::timestamptz as granted_at, null::timestamptz as expires_at, 0 as rank, lower(u.name) as sort_name
    from datasets d join users u on u.id = d.owner_id where d.id = ${datasetId}
    union all
    select 'everyone', ${EVERYONE}, 'Everyone in the workspace', null, coalesce(g.level, 'viewer'), case when g.level is null then 'visibility' else 'grant' end,
      by.name, g.created_at, g.expires_at, 1, ''
    from datasets d left join dataset_grants g on g.dataset_id = d.id and g.grantee_kind = 'everyone' and ${isHeld} left join users by on by.id = g.granted_by
    where d.id = ${datasetId} and d.visibility = 'workspace'
    union all
    select 'group', p.id, p.name, null, g.level, 'grant', by.name, g.created_at, g.expires_at, 2, lower(p.name)
    from dataset_grants g join groups p on p.id = g.grantee_id left join users by on by.id = g.granted_by
    where g.dataset_id = ${datasetId} and g.grantee_kind = 'group' and ${isHeld}
    union all
    select 'user', u.id, u.name, u.email, g.level, 'grant', by.name, g.created_at, g.expires_at, 3, lower(u.name)
    from dataset_grants g join users u on u.id = g.grantee_id left join users by on by.id = g.granted_by
    where g.dataset_id = ${datasetId} and g.grantee_kind = 'user' and ${isHeld}`;
}

/** Who has access to a dataset and why, the owner first. */
export async function listGrantRows(
  db: Db,
  datasetId: string,
  page: { readonly limit: number; readonly after: readonly [number, string, string] | undefined },
): Promise<GrantRow[]> {
  const { after } = page;
  const past = after === undefined ? sql`true` : sql`(a.rank, a.sort_name, a.id) > (${after[0]}::integer, ${after[1]}, ${after[2]})`;
  const { rows } = await sql<GrantRow>`
    select * from (${allOf(datasetId)}) a where ${past} order by a.rank, a.sort_name, a.id limit ${page.limit + 1}`.execute(db as Writer);
  return rows;
}

/** What one person, group or everyone has of a dataset. */
export async function findGrantRow(db: Db, datasetId: string, granteeId: string): Promise<GrantRow | undefined> {
  const { rows } = await sql<GrantRow>`select * from (${allOf(datasetId)}) a where a.id = ${granteeId} order by a.rank limit 1`.execute(db as Writer);
  return rows[0];
}

export interface NewGrant {
  readonly workspaceId: string;
  readonly datasetId: string;
  readonly grantee: Grantee;
  readonly level: AccessLevel;
  readonly grantedBy: string;
  readonly now: Date;
  /** Null: for good. */
  readonly expiresAt: Date | null;
}

/** Grants, or changes what was granted. */
export async function upsertGrant(db: Writer, { workspaceId, datasetId, grantee, level, grantedBy, now, expiresAt }: NewGrant): Promise<void> {
  await db
    .insertInto("dataset_grants")
    .values({
      workspace_id: workspaceId,
      dataset_id: datasetId,
      grantee_kind: grantee.kind,
      grantee_id: grantee.id,
      level,
      granted_by: grantedBy,
      created_at: now,
      expires_at: expiresAt,
    })
    .onConflict((conflict) =>
      conflict.columns(["dataset_id", "grantee_kind", "grantee_id"]).doUpdateSet({ level, granted_by: grantedBy, created_at: now, expires_at: expiresAt }),
    )
    .execute();
}

export async function deleteGrant(db: Writer, datasetId: string, grantee: Grantee): Promise<void> {
  await db
    .deleteFrom("dataset_grants")
    .where("dataset_id", "=", datasetId)
    .where("grantee_kind", "=", grantee.kind)
    .where("grantee_id", "=", grantee.id)
    .execute();
}

/** Whether somebody besides this grantee was made an owner for good. */
export async function hasOtherOwner(db: Writer, datasetId: string, granteeId: string): Promise<boolean> {
  const row = await db
    .selectFrom("dataset_grants")
    .select("grantee_id")
    .where("dataset_id", "=", datasetId)
    .where("level", "=", "owner")
    .where("grantee_id", "<>", granteeId)
    .where("expires_at", "is", null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** People who were made owners of a dataset by name, besides its owner. */
export async function grantedOwners(db: Writer, datasetId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("dataset_grants")
    .select("grantee_id")
    .where("dataset_id", "=", datasetId)
    .where("grantee_kind", "=", "user")
    .where("level", "=", "owner")
    .where(({ eb, or }) => or([eb("expires_at", "is", null), eb("expires_at", ">", sql<Date>`now()`)]))
    .execute();
  return rows.map((row) => row.grantee_id);
}

function selectRequests(db: Db) {
  return db
    .selectFrom("dataset_access_requests as r")
    .innerJoin("datasets as d", "d.id", "r.dataset_id")
    .innerJoin("users as asker", "asker.id", "r.asked_by")
    .leftJoin("users as decider", "decider.id", "r.decided_by")
    .selectAll("r")
    .select(["d.name as dataset_name", "asker.name as asker_name", "asker.email as asker_email", "decider.name as decider_name"])
    .where("d.trashed_at", "is", null);
}

export type RequestRow = Awaited<ReturnType<typeof findRequestRow>> & {};

export function findRequestRow(db: Db, id: string) {
  return selectRequests(db).where("r.id", "=", id).executeTakeFirst();
}

/** The open request of a person for a dataset. */
export function findPendingRow(db: Db, datasetId: string, askedBy: string) {
  return selectRequests(db).where("r.dataset_id", "=", datasetId).where("r.asked_by", "=", askedBy).where("r.state", "=", "pending").executeTakeFirst();
}

export interface RequestFilter {
  /** Which requests: a condition on `datasets as d` and `r`. */
  readonly where: RawBuilder<boolean>;
  readonly state: AccessRequest["state"] | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

/** Requests for access, newest first. */
export function listRequestRows(db: Db, { where, state, after, limit }: RequestFilter) {
  return selectRequests(db)
    .where(where)
    .$if(state !== undefined, (q) => q.where("r.state", "=", state ?? "pending"))
    .$if(after !== undefined, (q) => q.where("r.id", "<", after ?? ""))
    .orderBy("r.id", "desc")
    .limit(limit + 1)
    .execute();
}
