import { type DatasetChanged, decodeCursor, toPage } from "@granary/protocol";
import { sql } from "kysely";
import type { Ctx } from "../../context/index.ts";
import { requireDataset } from "../queries/get-dataset.ts";

/** What was said about a dataset before and after each change, newest first: the part of its audit trail that everyone who sees it may read. */
export async function listChanges(ctx: Ctx, dataset: string, query: { readonly cursor?: string | undefined; readonly limit: number }) {
  const { id } = await requireDataset(ctx, dataset);
  const after = decodeCursor(query.cursor, 1)?.[0];
  const rows = await ctx.db
    .selectFrom("events")
    .select(["id", "actor_id", "actor_label", "at", sql<DatasetChanged["changes"] | null>`data -> 'changes'`.as("changes")])
    .where("subject_kind", "=", "dataset")
    .where("subject_id", "=", id)
    .where("type", "in", ["dataset.updated", "dataset.owner_changed"])
    .$if(after !== undefined, (q) => q.where("id", "<", String(after)))
    .orderBy("id", "desc")
    .limit(query.limit + 1)
    .execute();
  return toPage(
    rows,
    query.limit,
    (row): DatasetChanged => ({ at: row.at.toISOString(), by: { id: row.actor_id, name: row.actor_label }, changes: row.changes ?? [] }),
    (row) => [row.id],
  );
}
