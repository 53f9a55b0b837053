import { isUniqueViolation, type Reader, type Writer } from "@granary/db";
import { type Id, newId } from "@granary/kernel";
import { type DatasetChoice, type DatasetView, decodeCursor, problem, toPage } from "@granary/protocol";
import { sql } from "kysely";
import { mayDo } from "../../access/index.ts";
import { type Ctx, type Principal, requireUser } from "../../context/index.ts";

const MAX_VIEWS = 100;

type ViewQuery = DatasetView["query"];

function selectViews(db: Reader | Writer, userId: string) {
  return db
    .selectFrom("dataset_views as v")
    .innerJoin("users as u", "u.id", "v.owner_id")
    .select(["v.id", "v.name", "v.shared", "v.owner_id", "v.created_at", "u.name as owner_name", sql<string>`lower(v.name)`.as("sort_name")])
    .select(sql<ViewQuery>`v.query`.as("query"))
    .where((eb) => eb.or([eb("v.owner_id", "=", userId), eb("v.shared", "=", true)]));
}

type ViewRow = Awaited<ReturnType<ReturnType<typeof selectViews>["execute"]>>[number];

const mayDelete = (principal: Principal, ownerId: string): boolean => ownerId === principal.userId || mayDo(principal, "dataset:manage");

function presentView(principal: Principal, row: ViewRow): DatasetView {
  return {
    id: row.id as Id<"datasetView">,
    name: row.name,
    query: row.query,
    shared: row.shared,
    owner: { id: row.owner_id as Id<"user">, name: row.owner_name },
    createdAt: row.created_at.toISOString(),
    can: { delete: mayDelete(principal, row.owner_id) },
  };
}

/** The caller's saved filters and those shared in the workspace, by name. */
export async function listViews(ctx: Ctx, query: { readonly cursor?: string | undefined; readonly limit: number }) {
  const after = decodeCursor(query.cursor, 2);
  const rows = await selectViews(ctx.db, requireUser(ctx.principal))
    .$if(after !== undefined, (q) => q.where(sql<boolean>`(lower(v.name), v.id) > (${after?.[0]}, ${after?.[1]})`))
    .orderBy(sql`lower(v.name)`)
    .orderBy("v.id")
    .limit(query.limit + 1)
    .execute();
  return toPage(
    rows,
    query.limit,
    (row) => presentView(ctx.principal, row),
    (row) => [row.sort_name, row.id],
  );
}

/** What a saved filter chooses datasets by. Throws `dataset_view.not_found`. */
export async function getViewQuery(ctx: Ctx, id: string): Promise<ViewQuery> {
  const row = await selectViews(ctx.db, requireUser(ctx.principal)).where("v.id", "=", id).executeTakeFirst();
  if (row === undefined) throw problem("dataset_view.not_found");
  return row.query;
}

/** Saves a filter for the caller, or for everyone in the workspace. */
export async function createView(ctx: Ctx, input: { readonly name: string; readonly query: DatasetChoice; readonly shared: boolean }): Promise<DatasetView> {
  const owner_id = requireUser(ctx.principal);
  try {
    return await ctx.tx(async (ctx) => {
      const { count } = await ctx.db
        .selectFrom("dataset_views")
        .select(sql<number>`count(*)::int`.as("count"))
        .where("owner_id", "=", owner_id)
        .executeTakeFirstOrThrow();
      if (count >= MAX_VIEWS) throw problem("dataset_view.too_many", { limit: MAX_VIEWS });
      const id = newId("datasetView", ctx.now.getTime());
      const { name, shared } = input;
      await ctx.db
        .insertInto("dataset_views")
        .values({ id, workspace_id: ctx.workspaceId, owner_id, name, shared, query: JSON.stringify(input.query), created_at: ctx.now })
        .execute();
      return presentView(ctx.principal, await selectViews(ctx.db, owner_id).where("v.id", "=", id).executeTakeFirstOrThrow());
    });
  } catch (error) {
    if (isUniqueViolation(error, "dataset_views_name_key")) throw problem("dataset_view.name_taken", { name: input.name }, { cause: error });
    throw error;
  }
}

/** Deletes a saved filter of the caller's; administrators may delete those shared by others. */
export function deleteView(ctx: Ctx, id: string): Promise<void> {
  return ctx.tx(async (ctx) => {
    const row = await selectViews(ctx.db, requireUser(ctx.principal)).where("v.id", "=", id).executeTakeFirst();
    if (row === undefined || !mayDelete(ctx.principal, row.owner_id)) throw problem("dataset_view.not_found");
    await ctx.db.deleteFrom("dataset_views").where("id", "=", id).execute();
  });
}
