import type { Reader, Writer } from "@granary/db";
import type { Permission } from "@granary/protocol";
import { sql } from "kysely";

type Db = Reader | Writer;

const countOf = (table: "memberships" | "groups" | "invitations", condition = "true") =>
  sql<number>`(select count(*)::int from ${sql.table(table)} x where x.workspace_id = r.workspace_id and r.name = any (x.roles) and ${sql.raw(condition)})`;

function selectRoles(db: Db, workspaceId: string) {
  return db
    .selectFrom("custom_roles as r")
    .selectAll("r")
    .select([
      sql<readonly Permission[]>`r.permissions`.as("given"),
      countOf("memberships").as("people"),
      countOf("groups").as("groups"),
      countOf("invitations", "x.accepted_at is null and x.revoked_at is null and x.expires_at > now()").as("invitations"),
    ])
    .where("r.workspace_id", "=", workspaceId);
}

export type RoleRow = Awaited<ReturnType<typeof findRoleRow>> & {};

export function findRoleRow(db: Db, workspaceId: string, name: string) {
  return selectRoles(db, workspaceId).where("r.name", "=", name).executeTakeFirst();
}

export function listRoleRows(db: Db, workspaceId: string) {
  return selectRoles(db, workspaceId).orderBy("r.name").execute();
}

/** Holds a role until the transaction ends and reads it as it is then. */
export async function holdRole(db: Writer, workspaceId: string, name: string): Promise<RoleRow | undefined> {
  await db.selectFrom("custom_roles").select("name").where("workspace_id", "=", workspaceId).where("name", "=", name).forUpdate().execute();
  return findRoleRow(db, workspaceId, name);
}

/** Those of some names that are own roles of the workspace; none of them can be deleted until the transaction ends. */
export async function keepRoles(db: Writer, workspaceId: string, names: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom("custom_roles")
    .select("name")
    .where("workspace_id", "=", workspaceId)
    .where("name", "in", [...names])
    .orderBy("name")
    .forKeyShare()
    .execute();
  return new Set(rows.map((row) => row.name));
}

export interface RoleFields {
  readonly title: string;
  readonly title_key: string;
  readonly description: string;
  readonly permissions: readonly string[];
}

/** Breaks `custom_roles_title_key` when another looks like it. */
export async function insertRole(
  db: Writer,
  row: RoleFields & { readonly workspaceId: string; readonly name: string; readonly basedOn: string | null; readonly now: Date },
): Promise<void> {
  const { workspaceId: workspace_id, basedOn: based_on, now, permissions, ...fields } = row;
  await db
    .insertInto("custom_roles")
    .values({ ...fields, workspace_id, based_on, permissions: [...permissions], created_at: now, updated_at: now })
    .execute();
}

export async function updateRole(db: Writer, role: { readonly workspaceId: string; readonly name: string }, fields: RoleFields, now: Date): Promise<void> {
  await db
    .updateTable("custom_roles")
    .set({ ...fields, permissions: [...fields.permissions], updated_at: now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("workspace_id", "=", role.workspaceId)
    .where("name", "=", role.name)
    .execute();
}

/** Gives everybody who holds a role another one beside it; the database takes a deleted one from all. */
export async function addBeside(db: Writer, workspaceId: string, from: string, to: string): Promise<void> {
  for (const table of ["memberships", "groups", "invitations"] as const)
    await sql`update ${sql.table(table)} set roles = array_append(roles, ${to})
      where workspace_id = ${workspaceId} and ${from} = any (roles) and not ${to} = any (roles)`.execute(db);
}

export async function deleteRoleRow(db: Writer, workspaceId: string, name: string): Promise<void> {
  await db.deleteFrom("custom_roles").where("workspace_id", "=", workspaceId).where("name", "=", name).execute();
}

/** Own roles of a workspace that give a permission. */
export async function listRolesWith(db: Db, workspaceId: string, permission: Permission): Promise<string[]> {
  const rows = await db
    .selectFrom("custom_roles")
    .select("name")
    .where("workspace_id", "=", workspaceId)
    .where(sql<boolean>`${permission} = any (permissions)`)
    .execute();
  return rows.map((row) => row.name);
}
