import { sql } from "kysely";
import type { TxCtx } from "../../context/index.ts";
import { keysOf, WORDS_MADE_BY, wordsOfDataset } from "./words.ts";

interface Row {
  readonly name: string;
  readonly description: string;
  readonly tags: string[];
  readonly columns: { readonly name: string }[] | null;
}

/**
 * Writes what a dataset is found by, from what it and its columns are called now. Every change of a name, description,
 * label or column calls it in its own transaction: a search never finds what was, or misses what is.
 */
export async function writeWords(ctx: Pick<TxCtx, "db" | "workspaceId">, datasetId: string): Promise<void> {
  const { rows } = await sql<Row>`
    select d.name, d.description, d.tags, s.columns
    from datasets d left join schema_versions s on s.dataset_id = d.id and s.number = d.schema_version
    where d.id = ${datasetId}`.execute(ctx.db);
  const [row] = rows;
  if (row === undefined) return;
  const { nameWords, words } = wordsOfDataset({ ...row, columns: (row.columns ?? []).map((column) => column.name) });
  await ctx.db.updateTable("datasets").set({ name_words: nameWords, words, words_made_by: WORDS_MADE_BY }).where("id", "=", datasetId).execute();
  await addToCatalog(
    ctx,
    words.filter((word) => !word.startsWith("^")),
  );
}

async function addToCatalog(ctx: Pick<TxCtx, "db" | "workspaceId">, words: readonly string[]): Promise<void> {
  // In one order, so that two datasets with the same new words do not wait for each other in a circle.
  const entries = words.toSorted().map((word) => ({ word, keys: keysOf(word) }));
  await sql`
    insert into catalog_words (workspace_id, word, keys)
    select ${ctx.workspaceId}, e.word, array(select jsonb_array_elements_text(e.keys))
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as e (word text, keys jsonb)
    on conflict do nothing`.execute(ctx.db);
}
