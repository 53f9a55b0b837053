import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";

type Db = Reader | Writer;

function selectComments(db: Db, changeId: string) {
  return db
    .selectFrom("change_comments as m")
    .leftJoin("users as author", "author.id", "m.author_id")
    .leftJoin("users as resolver", "resolver.id", "m.resolved_by")
    .selectAll("m")
    .select(["author.name as author_name", "resolver.name as resolver_name"])
    .select(sql<boolean>`exists (select from change_comments a where a.parent_id = m.id)`.as("is_answered"))
    .where("m.change_id", "=", changeId);
}

export type CommentRow = Awaited<ReturnType<typeof findCommentRow>> & {};

export function findCommentRow(db: Db, changeId: string, id: string) {
  return selectComments(db, changeId).where("m.id", "=", id).executeTakeFirst();
}

/** Comments on a request, oldest first. */
export function listCommentRows(db: Db, changeId: string, options: { readonly after: string | undefined; readonly limit: number }) {
  return selectComments(db, changeId)
    .$if(options.after !== undefined, (q) => q.where("m.id", ">", options.after ?? ""))
    .orderBy("m.id")
    .limit(options.limit + 1)
    .execute();
}

/** How many comments there are on some rows, by their keys as JSON lists. */
export async function countCommentsByRow(db: Db, changeId: string, keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (keys.length === 0) return new Map();
  const rows = await db
    .selectFrom("change_comments")
    .select(["row_key", (eb) => eb.fn.countAll<number>().as("count")])
    .where("change_id", "=", changeId)
    .where("row_key", "in", [...keys])
    .groupBy("row_key")
    .execute();
  return new Map(rows.map(({ row_key, count }) => [row_key ?? "", Number(count)]));
}
