import type { Reader, Writer } from "@granary/db";
import type { Id } from "@granary/kernel";
import { sql } from "kysely";

const columns = (db: Reader | Writer) =>
  db
    .selectFrom("workspaces as w")
    .select(["w.id", "w.slug", "w.name", "w.version", "w.created_at"])
    .select((eb) => eb.selectFrom("memberships as m").whereRef("m.workspace_id", "=", "w.id").select(sql<number>`count(*)::int`.as("n")).as("members"));

export type WorkspaceRow = Awaited<ReturnType<typeof findWorkspaceRow>> & {};

/** The workspace with this id or slug, if the scope sees it. */
export function findWorkspaceRow(db: Reader | Writer, idOrSlug: string) {
  return columns(db)
    .where((eb) => eb.or([eb("w.id", "=", idOrSlug), eb("w.slug", "=", idOrSlug)]))
    .executeTakeFirst();
}

/** Workspaces a person is a member of, by name; all of them when `userId` is null. */
export function listWorkspaceRows(db: Reader, userId: Id<"user"> | null, options: { limit: number; after: readonly [string, string] | undefined }) {
  return columns(db)
    .$if(userId !== null, (q) =>
      q.where((eb) =>
        eb.exists(
          eb
            .selectFrom("memberships as mine")
            .whereRef("mine.workspace_id", "=", "w.id")
            .where("mine.user_id", "=", userId ?? ""),
        ),
      ),
    )
    .$if(options.after !== undefined, (q) => q.where(sql<boolean>`(w.name, w.id) > (${options.after?.[0]}, ${options.after?.[1]})`))
    .orderBy("w.name")
    .orderBy("w.id")
    .limit(options.limit + 1)
    .execute();
}

/** Slugs that start like this one, to find a free one beside them. */
export async function takenSlugs(db: Writer, base: string): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom("workspaces").select("slug").where("slug", "like", `${base}%`).execute();
  return new Set(rows.map((row) => row.slug));
}

export async function insertWorkspace(db: Writer, row: { id: string; slug: string; name: string }, adminId: Id<"user">): Promise<void> {
  await db.insertInto("workspaces").values(row).execute();
  await db
    .insertInto("memberships")
    .values({ workspace_id: row.id, user_id: adminId, roles: ["admin"] })
    .execute();
}

/** Changes a workspace if it still has the version the caller read; returns whether it had. */
export async function updateWorkspaceRow(
  db: Writer,
  read: { readonly id: string; readonly version: number },
  change: { readonly name?: string; readonly slug?: string },
  now: Date,
): Promise<boolean> {
  const result = await db
    .updateTable("workspaces")
    .set({ ...change, updated_at: now })
    .set((eb) => ({ version: eb("version", "+", 1) }))
    .where("id", "=", read.id)
    .where("version", "=", read.version)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
