import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";
import { requireUser, type TxCtx } from "../../context/index.ts";

type Db = Reader | Writer;

/** Queries the person saved, and those shared in the workspace. */
function selectSaved(db: Db, personId: string) {
  return db
    .selectFrom("saved_queries as s")
    .innerJoin("users as u", "u.id", "s.owner_id")
    .selectAll("s")
    .select(["u.name as owner_name", sql<string>`lower(s.name)`.as("sort_name")])
    .where((eb) => eb.or([eb("s.owner_id", "=", personId), eb("s.visibility", "=", "workspace")]));
}

export type SavedRow = Awaited<ReturnType<typeof findSavedRow>> & {};

export function findSavedRow(db: Db, personId: string, id: string) {
  return selectSaved(db, personId).where("s.id", "=", id).executeTakeFirst();
}

interface ListOptions {
  readonly q: string | undefined;
  readonly after: readonly [string, string] | undefined;
  readonly limit: number;
}

export function listSavedRows(db: Db, personId: string, { q, after, limit }: ListOptions) {
  const pattern = `%${(q ?? "").replace(/[\\%_]/g, "\\$&")}%`;
  return selectSaved(db, personId)
    .$if(q !== undefined && q !== "", (query) => query.where((eb) => eb.or([eb("s.name", "ilike", pattern), eb("s.sql", "ilike", pattern)])))
    .$if(after !== undefined, (query) => query.where(sql<boolean>`(lower(s.name), s.id) > (${after?.[0]}, ${after?.[1]})`))
    .orderBy(sql`lower(s.name)`)
    .orderBy("s.id")
    .limit(limit + 1)
    .execute();
}

export interface SavedFields {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
  readonly visibility: "private" | "workspace";
}

/** Breaks `saved_queries_name_key` when the person has one of this name. */
export async function insertSaved(ctx: TxCtx, id: string, fields: SavedFields): Promise<void> {
  await ctx.db
    .insertInto("saved_queries")
    .values({ id, workspace_id: ctx.workspaceId, owner_id: requireUser(ctx.principal), ...fields, created_at: ctx.now, updated_at: ctx.now })
    .execute();
}

export async function updateSavedRow(ctx: TxCtx, id: string, fields: SavedFields): Promise<void> {
  await ctx.db
    .updateTable("saved_queries")
    .set({ ...fields, updated_at: ctx.now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", id)
    .execute();
}
