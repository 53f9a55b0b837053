import type { Reader, Writer } from "@granary/db";
import type { Id } from "@granary/kernel";
import { sql } from "kysely";

type Db = Reader | Writer;

export interface GroupOfPerson {
  readonly id: string;
  readonly name: string;
  readonly roles: string[];
}

/** Account and membership share one version: it grows with a change of either. */
const version = sql<number>`u.version + m.version - 1`;

const columns = (db: Db, workspaceId: string) =>
  db
    .selectFrom("memberships as m")
    .innerJoin("users as u", "u.id", "m.user_id")
    .where("m.workspace_id", "=", workspaceId)
    .select(["u.id", "u.email", "u.name", "u.status", "u.home_workspace_id", "u.instance_admin", "u.protected", "u.email_verified_at", "u.last_sign_in_at"])
    .select(["u.created_at", "m.roles", "m.joined_at", version.as("version"), "u.sort_name"])
    .select(
      sql<GroupOfPerson[]>`coalesce((
        select jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'roles', g.roles) order by lower(g.name))
        from group_members gm join groups g on g.id = gm.group_id where gm.workspace_id = m.workspace_id and gm.user_id = m.user_id), '[]')`.as("groups"),
    );

/** A person as a member of one workspace. */
export type PersonRow = Awaited<ReturnType<typeof findPersonRow>> & {};

/** Addresses are in plain letters; the database folds the case of others into such, so that two would be one. */
const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** The account with an address, in whichever workspace; needs a system handle, for which the index of addresses can be used. */
export async function findUserId(db: Db, email: string): Promise<string | undefined> {
  if (!isPlain(email)) return undefined;
  const row = await db.selectFrom("users").select("id").where(sql<boolean>`lower(email) = lower(${email})`).executeTakeFirst();
  return row?.id;
}

/** The member of a workspace with this id or e-mail address. By address it is quick with a system handle alone. */
export function findPersonRow(db: Db, workspaceId: string, idOrEmail: string) {
  const isEmail = idOrEmail.includes("@");
  return columns(db, workspaceId)
    .where(isEmail ? sql<boolean>`${isPlain(idOrEmail)} and lower(u.email) = lower(${idOrEmail})` : sql<boolean>`u.id = ${idOrEmail}`)
    .executeTakeFirst();
}

export interface PersonFilter {
  readonly search?: string | undefined;
  readonly role?: string | undefined;
  readonly status?: "active" | "inactive" | undefined;
  readonly group?: string | undefined;
}

export interface PersonPage {
  readonly limit: number;
  readonly after: readonly [string, string] | undefined;
  readonly descending: boolean;
}

const likePattern = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`;

/** Who holds a role in a workspace, directly or through a group. */
function holdersOf(workspaceId: string, role: string) {
  return sql`select x.user_id from memberships x where x.workspace_id = ${workspaceId} and ${role} = any (x.roles)
    union all select x.user_id from group_members x join groups g on g.id = x.group_id where x.workspace_id = ${workspaceId} and ${role} = any (g.roles)`;
}

/** Members of a workspace by name. */
export function listPersonRows(db: Reader, workspaceId: Id<"workspace">, filter: PersonFilter, page: PersonPage) {
  const { search, role, status, group } = filter;
  const past = page.descending ? sql`<` : sql`>`;
  const direction = page.descending ? "desc" : "asc";
  return columns(db, workspaceId)
    .$if(search !== undefined, (q) => q.where(sql<boolean>`(u.name ilike ${likePattern(search ?? "")} or u.email ilike ${likePattern(search ?? "")})`))
    .$if(status !== undefined, (q) => q.where("u.status", "=", status ?? "active"))
    .$if(group !== undefined, (q) =>
      q.where(sql<boolean>`exists (select from group_members x where x.workspace_id = m.workspace_id and x.group_id = ${group} and x.user_id = m.user_id)`),
    )
    .$if(role !== undefined, (q) => q.where(sql<boolean>`m.user_id in (${holdersOf(workspaceId, role ?? "")})`))
    .$if(page.after !== undefined, (q) => q.where(sql<boolean>`(u.sort_name, u.id) ${past} (${page.after?.[0]}, ${page.after?.[1]})`))
    .orderBy("u.sort_name", direction)
    .orderBy("u.id", direction)
    .limit(page.limit + 1)
    .execute();
}

/** What only those who edit accounts see. */
export interface SecurityFacts {
  readonly second_factor: boolean;
  readonly must_change_password: boolean;
  readonly locked_until: Date | null;
}

/** Second factor and lock of some people, by id; needs a system handle. */
export async function findSecurityFacts(db: Db, ids: readonly string[], now: Date): Promise<ReadonlyMap<string, SecurityFacts>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom("users as u")
    .leftJoin("credentials as c", "c.user_id", "u.id")
    .select([
      "u.id",
      sql<boolean>`c.totp_enabled_at is not null`.as("second_factor"),
      sql<boolean>`coalesce(c.must_change_password, false)`.as("must_change_password"),
    ])
    .select(
      // The names under which identity counts wrong attempts.
      sql<Date | null>`(select max(f.locked_until) from sign_in_failures f
        where f.account in (lower(u.email), 'second factor ' || u.id, 'own password ' || u.id) and f.locked_until > ${now})`.as("locked_until"),
    )
    .where("u.id", "in", [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Holds the administration of workspaces until the transaction ends, so that two people cannot take each other's last
 * administrator away at the same moment. Locks in the order of ids; not against references to the workspace.
 */
export async function holdAdministration(db: Writer, workspaceIds: readonly string[]): Promise<void> {
  if (workspaceIds.length === 0) return;
  await db
    .selectFrom("workspaces")
    .select("id")
    .where("id", "in", [...workspaceIds])
    .orderBy("id")
    .forNoKeyUpdate()
    .execute();
}

/** Whether somebody active administers the workspace, directly or through a group. */
export async function hasAdministrator(db: Writer, workspaceId: string): Promise<boolean> {
  const { rows } = await sql`
    select from (${holdersOf(workspaceId, "admin")}) h join users u on u.id = h.user_id where u.status = 'active' limit 1`.execute(db);
  return rows.length > 0;
}

/** The workspaces a person is a member of, the oldest membership first. */
export async function listWorkspaceIds(db: Db, userId: string): Promise<string[]> {
  const rows = await db.selectFrom("memberships").select("workspace_id").where("user_id", "=", userId).orderBy("joined_at").orderBy("workspace_id").execute();
  return rows.map((row) => row.workspace_id);
}

export interface AccountChange {
  readonly name?: string;
  readonly email?: string;
  readonly status?: "active" | "inactive";
  readonly instance_admin?: boolean;
  readonly home_workspace_id?: string;
}

/** Changes an account; breaks `users_email_key` when the address is taken. */
export async function updateAccount(db: Writer, userId: string, change: AccountChange, now: Date): Promise<void> {
  await db
    .updateTable("users")
    .set({ ...change, updated_at: now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", userId)
    .execute();
}

/** Holds a member until the transaction ends and reads it as it is then. */
export async function holdPerson(db: Writer, workspaceId: string, idOrEmail: string): Promise<PersonRow | undefined> {
  const seen = await findPersonRow(db, workspaceId, idOrEmail);
  if (seen === undefined) return undefined;
  await db.selectFrom("users").select("id").where("id", "=", seen.id).forNoKeyUpdate().execute();
  return findPersonRow(db, workspaceId, seen.id);
}

export async function updateRoles(db: Writer, member: { readonly workspaceId: string; readonly userId: string }, roles: readonly string[]): Promise<void> {
  await db
    .updateTable("memberships")
    .set({ roles: [...roles] })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("workspace_id", "=", member.workspaceId)
    .where("user_id", "=", member.userId)
    .execute();
}

/** Ends a membership with its groups, and revokes the person's keys of the workspace. */
export async function deleteMembership(db: Writer, member: { readonly workspaceId: string; readonly userId: string }, now: Date): Promise<void> {
  await db
    .updateTable("api_keys")
    .set({ revoked_at: now })
    .where("workspace_id", "=", member.workspaceId)
    .where("user_id", "=", member.userId)
    .where("revoked_at", "is", null)
    .execute();
  await db.deleteFrom("memberships").where("workspace_id", "=", member.workspaceId).where("user_id", "=", member.userId).execute();
}

export async function deleteAccount(db: Writer, userId: string): Promise<void> {
  await db.deleteFrom("users").where("id", "=", userId).execute();
}

/** Adds a new member to groups of the workspace. */
export async function joinGroups(db: Writer, member: { readonly workspaceId: string; readonly userId: string }, groupIds: readonly string[]): Promise<void> {
  if (groupIds.length === 0) return;
  await db
    .insertInto("group_members")
    .values(groupIds.map((group_id) => ({ workspace_id: member.workspaceId, group_id, user_id: member.userId })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The groups of a workspace among these ids, with the roles they give. */
export function findGroupRoles(db: Writer, workspaceId: string, groupIds: readonly string[]) {
  if (groupIds.length === 0) return Promise.resolve([]);
  return db
    .selectFrom("groups")
    .select(["id", "roles"])
    .where("workspace_id", "=", workspaceId)
    .where("id", "in", [...groupIds])
    .execute();
}

/** Makes unused links of a person useless: they went to an address that may belong to somebody else now. */
export async function forgetLinks(db: Writer, userId: string): Promise<void> {
  await db.deleteFrom("one_time_tokens").where("user_id", "=", userId).where("used_at", "is", null).execute();
}

export async function findWorkspaceName(db: Db, workspaceId: string): Promise<string> {
  const row = await db.selectFrom("workspaces").select("name").where("id", "=", workspaceId).executeTakeFirst();
  return row?.name ?? "";
}
