import { type RawBuilder, sql } from "kysely";
import { type Reader, reachOf } from "../../access/index.ts";
import type { Ctx } from "../../context/index.ts";
import { type DatasetRow, listDatasetRows } from "../seen-datasets.ts";
import type { Term } from "./find-terms.ts";
import { wordsOfDataset } from "./words.ts";

/** Datasets with hidden columns that one search looks through; with more of them, some are not found by what their columns are called. */
const MAX_LOOKED_THROUGH = 500;

/** Datasets of which policies hide a column from one of the readers. */
async function datasetsWithHidden(ctx: Ctx, readers: readonly Reader[]): Promise<readonly string[]> {
  const hidden = readers.map((reader) => reachOf(reader).hidden);
  const ids = hidden.flatMap(({ columns }) => columns.map(({ datasetId }) => datasetId));
  const tags = [...new Set(hidden.flatMap((item) => item.tags))];
  if (tags.length === 0) return [...new Set(ids)];
  const rows = await ctx.db.selectFrom("column_tags").select("dataset_id").distinct().where("tag", "in", tags).execute();
  return [...new Set([...ids, ...rows.map((row) => row.dataset_id)])];
}

function hasAll(row: DatasetRow, terms: readonly Term[]): boolean {
  const words = new Set(wordsOfDataset({ ...row, columns: (row.columns ?? []).map(({ name }) => name) }).words);
  return terms.every((term) => term.words.some((word) => words.has(word)));
}

/**
 * Keeps searches from finding a dataset by a column that is hidden from the caller: a condition on `datasets as d`, true of
 * those that have what is looked for in what the caller may know of them. Undefined where nothing is hidden.
 */
export async function foundByVisible(ctx: Ctx, readers: readonly Reader[], terms: readonly Term[]): Promise<RawBuilder<boolean> | undefined> {
  const ids = terms.length === 0 ? [] : await datasetsWithHidden(ctx, readers);
  if (ids.length === 0) return undefined;
  const matches = terms.map((term) => sql`d.words && ${[...term.words]}::text[]`);
  const { rows } = await sql<{ id: string }>`
    select d.id from datasets d where d.workspace_id = ${ctx.workspaceId} and d.id = any (${ids}::text[]) and ${sql.join(matches, sql` and `)}
    limit ${sql.lit(MAX_LOOKED_THROUGH)}`.execute(ctx.db as never);
  const seen = await listDatasetRows(
    ctx,
    rows.map(({ id }) => id),
  );
  const found = seen.filter((row) => hasAll(row, terms)).map(({ id }) => id);
  return sql<boolean>`(d.id <> all (${ids}::text[]) or d.id = any (${found}::text[]))`;
}
